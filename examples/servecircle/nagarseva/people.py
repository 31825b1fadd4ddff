"""Made-up people and places of India: names, branches, GST numbers with a right check character."""

from __future__ import annotations

from nagarseva.world import Dice

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

GIVEN = (
    "Aarav", "Aditi", "Ananya", "Arjun", "Deepa", "Farhan", "Gauri", "Harish", "Ishaan", "Jyoti", "Kabir", "Kavita", "Lakshmi",
    "Manoj", "Meera", "Nikhil", "Pooja", "Rahul", "Rekha", "Rohan", "Sanjay", "Shreya", "Sunil", "Tara", "Usha", "Vikram",
)  # fmt: skip
FAMILY = (
    "Agarwal", "Bhosale", "Chavan", "D'Souza", "Deshpande", "Gowda", "Iyer", "Jadhav", "Joshi", "Kamath", "Khan", "Kulkarni",
    "Menon", "Mehta", "Naik", "Nair", "Patil", "Rao", "Reddy", "Sawant", "Shah", "Shetty", "Shinde", "Singh", "Thakur",
)  # fmt: skip
DEVANAGARI = ("सुनीता देशपांडे", "अर्जुन पाटील", "मीरा जोशी", "राहुल शिंदे", "गौरी कुलकर्णी", "विक्रम सावंत")
FIRMS = (
    "Sahyadri Traders", "Krishna Mobiles", "Om Computers", "Ganesh Electricals", "Deccan Logistics", "Lotus Clinic",
    "Saraswati Vidyalaya", "Konkan Foods", "Malabar Textiles", "Navratna Jewellers", "Indus Print House", "Ashoka Hotels",
)  # fmt: skip
# city, state as the export names it, GST number of the state, letters of the pincode
PLACES = (
    ("Mumbai", "Maharashtra", "27", "4000"),
    ("Pune", "Maharashtra", "27", "4110"),
    ("Nashik", "Maharashtra", "27", "4220"),
    ("Bengaluru", "Karnataka", "29", "5600"),
    ("Mysuru", "Karnataka", "29", "5700"),
    ("Panaji", "Goa", "30", "4030"),
)
BRANCHES = (
    ("MUM", "Mumbai Andheri", 0, "12 Veera Desai Road, Andheri West", "400053", "+91 22 4000 1101"),
    ("PUN", "Pune Camp", 1, "88 M.G. Road, Camp", "411001", "+91 20 4000 1102"),
    ("BLR", "Bengaluru Jayanagar", 3, "4th Block, 11th Main, Jayanagar", "560011", "+91 80 4000 1103"),
)


def gstin(dice: Dice, state: str, *, holder: str = "C") -> str:
    """A GST number of a holder that does not exist, with a right check character."""
    letters = "".join(dice.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(3))
    pan = f"{letters}{holder}{dice.pick('ABDGKMNPRSTV')}{dice.whole(1000, 9999)}{dice.pick('ABCDEFGHJK')}"
    return with_check(f"{state}{pan}1Z")


def with_check(first: str) -> str:
    total = 0
    for position, character in enumerate(first):
        product = _BASE36.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return first + _BASE36[-total % 36]


def mobile(number: int) -> str:
    """A mobile number as people write it here: spelling by its own number, so that all occur."""
    digits = f"90000{number:05d}"
    return (f"+91 {digits[:5]} {digits[5:]}", digits, f"0{digits}", f"+91-{digits}")[number % 4]
