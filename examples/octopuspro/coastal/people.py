"""Made-up names and places. Numbers are from the ranges that Australia reserves for fiction."""

FIRST_NAMES = (
    "Alice", "Amara", "Andrew", "Anika", "Ben", "Bianca", "Callum", "Carmen", "Daniel", "Deepa", "Eddie", "Elena",
    "Fatima", "Finn", "Georgia", "Grace", "Hamish", "Harriet", "Imran", "Isla", "Jack", "Jasmine", "Kai", "Keira",
    "Leo", "Lucia", "Marcus", "Matilda", "Naomi", "Nathan", "Olivia", "Oscar", "Paige", "Ravi", "Rosa", "Ruby",
    "Sean", "Sofia", "Tara", "Theo", "Uma", "Victor", "Wendy", "Xavier", "Yasmin", "Zac",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Achebe", "Baker", "Bianchi", "Carroll", "Chandra", "Dalton", "Dimitriou", "Ellery", "Farrugia",
    "Gallagher", "Gupta", "Hartley", "Hoang", "Ibrahim", "Jarvis", "Karim", "Kowalski", "Lawson", "Lim", "Mackie",
    "Moretti", "Nair", "Novak", "Oakley", "Okafor", "Pappas", "Quinlan", "Rasmussen", "Rossi", "Sato", "Sharma",
    "Tindall", "Tran", "Ueda", "Vargas", "Wainwright", "Wong", "Yilmaz", "Zammit",
)  # fmt: skip

# Written as people write them: umlauts, accents, both apostrophes (the curly one exists in cp1252, not in latin-1).
SPECIAL_NAMES = (
    ("Mr", "Seán", "O'Brien"), ("Ms", "Zoë", "D'Angelo"), ("Dr", "Jörg", "Müller"), ("Mrs", "Renée", "Lefèvre"),
    ("Mr", "Søren", "Kjær"), ("Ms", "Siobhán", "O’Neill"), ("Mr", "José", "Muñoz"), ("Mrs", "Brigitte", "Weiß"),
    ("Miss", "Anaïs", "Çelik"), ("Mr", "Björn", "Åkesson"), ("Ms", "Mary-Jane", "van der Berg"),
    ("Dr", "Noël", "Œuvrard"),
)  # fmt: skip

# name, its regions, and the two sites of each region
BUSINESS_GROUPS = (
    ("Quillback Strata Management",
     (("North", "Kurraba House", "Lavender Court"), ("East", "Bronte Towers", "Nelson Mews"))),
    ("Tallowwood Aged Care", (("Coast", "Seabreeze Lodge", "Dune House"), ("Inland", "Orchard Lodge", "Mill House"))),
    ("Bottlebrush Lane Early Learning",
     (("Inner West", "Room on the Hill", "The Treehouse"), ("South", "Little Wrens", "Paddock House"))),
    ("Moonwrack Hotels",
     (("City", "Hotel Lantern", "Hotel Compass"), ("Mountains", "Hotel Escarpment", "Hotel Fernwood"))),
    ("Wattle & Reed Property Group", (("Sales", "Office 1", "Office 2"), ("Rentals", "Office 3", "Office 4"))),
    ("Pelican Point Dental", (("Shire", "Rooms A", "Rooms B"), ("Illawarra", "Rooms C", "Rooms D"))),
)  # fmt: skip

BUSINESS_NAMES = ("Saltbush", "Driftwood", "Lorikeet", "Ironbark", "Paperbark", "Sandpiper", "Magpie Lane")
BUSINESS_KINDS = ("Café", "Physiotherapy", "Books", "Legal", "Accounting", "Florist", "Veterinary")

MOBILES = (
    "572 665", "572 983", "573 770", "573 087", "574 118", "574 632", "575 254", "575 789", "576 398", "576 801",
    "577 426", "577 644", "578 957", "578 148", "578 888", "579 212", "579 760", "579 455",
)  # fmt: skip

# suburb, state, postcode, area code; bookings take place in the first ten only (all on Sydney's clock)
PLACES = (
    ("Manly", "NSW", "2095", "02"), ("Bondi", "NSW", "2026", "02"), ("Newtown", "NSW", "2042", "02"),
    ("Cronulla", "NSW", "2230", "02"), ("Parramatta", "NSW", "2150", "02"), ("Mosman", "NSW", "2088", "02"),
    ("Wollongong", "NSW", "2500", "02"), ("Katoomba", "NSW", "2780", "02"), ("Braddon", "ACT", "2612", "02"),
    ("Dickson", "ACT", "2602", "02"), ("Geelong", "VIC", "3220", "03"), ("Coolangatta", "QLD", "4225", "07"),
    ("Darwin City", "NT", "0800", "08"), ("Nightcliff", "NT", "0810", "08"), ("Glenelg", "SA", "5045", "08"),
    ("Fremantle", "WA", "6160", "08"), ("Hobart", "TAS", "7000", "03"),
)  # fmt: skip
WORK_PLACES = PLACES[:10]

STREETS = (
    "Banksia St", "Marine Pde", "Ocean View Rd", "Ferry Lane", "Ironstone Ave", "Kookaburra Cl", "Lighthouse Rd",
    "Mill St", "Norfolk Cres", "Pittwater Rd", "Quarry St", "Raglan St", "Saltwater Dr", "Teatree Way",
)  # fmt: skip
