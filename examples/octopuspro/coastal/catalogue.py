"""What the company sells, who works there, which fields it added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coastal.world import Table, World, dollars, money


@dataclass(frozen=True)
class Service:
    """One service; prices are cents without GST. `listed` is the price as the export shows it, where that differs."""

    id: str
    name: str
    category: str
    description: str
    price: int
    minutes: int
    options: tuple[tuple[str, str, int], ...] = ()
    active: bool = True
    listed: str = ""

    def price_of(self, option: str) -> int:
        return self.price + sum(extra for _, name, extra in self.options if name == option)


def _sizes(medium: int, large: int) -> tuple[tuple[str, str, int], ...]:
    return (("Size", "Small", 0), ("Size", "Medium", medium), ("Size", "Large", large))


_ZONES = (("Zone", "Inner", 0), ("Zone", "Outer", 24_00))

SERVICES = (
    Service(
        "SV-01",
        "Regular home clean",
        "Cleaning",
        "Fortnightly or weekly.\nKitchen, bathrooms, floors; dusting throughout.",
        120_00,
        120,
        _sizes(40_00, 90_00),
    ),
    Service(
        "SV-02",
        "End-of-lease clean",
        "Cleaning",
        "Bond clean to the agent's checklist.\nIncludes oven and inside of cupboards.\nRe-clean within 72 hours.",
        390_00,
        300,
        _sizes(120_00, 260_00),
    ),
    Service("SV-03", "Carpet steam clean", "Cleaning", "Hot-water extraction, per visit.", 180_00, 90, _ZONES),
    Service("SV-04", "Gutter cleaning", "Maintenance", "Single storey; vacuum and flush.", 220_00, 120, _ZONES),
    Service("SV-05", "Window cleaning", "Cleaning", "Inside and out; tracks wiped.\nUp to 20 panes.", 160_00, 120),
    Service("SV-06", "Oven clean", "Cleaning", "Racks & trays soaked; door glass split where possible.", 90_00, 60),
    Service("SV-07", "Pressure washing", "Maintenance", "Driveway or deck, up to 60 m².", 260_00, 150),
    Service("SV-08", "Strata common areas", "Commercial", "Foyer, lifts, bin room.\nMonthly report.", 340_00, 180),
    Service("SV-09", "Handyman, per hour", "Maintenance", "Minimum one hour; materials extra.", 96_00, 60),
    Service(
        "SV-10",
        "Builder's clean – whole house",
        "Cleaning",
        'After renovation.\nTwo passes: "rough" and "sparkle".',
        1_250_00,
        480,
    ),
    Service("SV-11", "Garden tidy", "Maintenance", "Mow, edge, blow; green waste taken away.", 140_00, 120),
    Service(
        "SV-12", "Eco product supplement", "Extras", "Plant-based products on request.", 50_00, 15, listed="$49.995"
    ),
    Service("SV-13", "Office clean", "Commercial", "After hours; up to 200 m².", 210_00, 150),
    Service("SV-14", "Flyscreen repair", "Maintenance", "No longer offered.", 70_00, 45, active=False),
)
SERVICE = {service.id: service for service in SERVICES}

WORKERS = (
    # id, name, e-mail, mobile, rate, tracking, login, active, title, start
    ("FW-01", "Priya Raman", "priya.raman@example.com", "0491 570 006", 46.5, "Never", "Yes", "Yes", "Manager"),
    ("FW-02", "Lachlan Doyle", "l.doyle@example.com", "0491 570 156", 38.25, "On shift", "Yes", "Yes", "Team leader"),
    ("FW-03", "Mei Tanaka", "mei.tanaka@example.com", "0491 570 157", 38.25, "On shift", "Yes", "Yes", "Team leader"),
    ("FW-04", "Tomasz Zieliński", "tomasz.z@example.com", "0491 570 158", 34.1, "On shift", "Yes", "Yes", "Cleaner"),
    ("FW-05", "Aroha Ngata", "aroha.ngata@example.com", "0491 570 159", 34.1, "On shift", "No", "Yes", "Cleaner"),
    ("FW-06", "Samir Haddad", "samir.haddad@example.com", "0491 570 110", 41, "Always", "Yes", "Yes", "Handyman"),
    ("FW-07", "Chloé Marchand", "chloe.marchand@example.com", "0491 570 313", 34.1, "On shift", "No", "Yes", "Cleaner"),
    ("FW-08", "Beau O'Rourke", "", "0491 570 737", 33.5, "Never", "No", "Yes", "Casual cleaner"),
    ("FW-09", "Ifeoma Eze", "ifeoma.eze@example.com", "0491 571 266", 34.1, "On shift", "No", "Yes", "Cleaner"),
    ("FW-10", "Gus Petrakis", "gus.petrakis@example.com", "0491 571 491", 42.75, "Always", "No", "Yes", "Gutters"),
    ("FW-11", "Hanna Lindqvist", "hanna.l@example.com", "0491 571 804", 33.5, "On shift", "No", "No", "Cleaner"),
    ("FW-12", "Duc Pham", "duc.pham@example.com", "0491 572 549", 39, "Always", "No", "Yes", "Carpets"),
)  # fmt: skip
_WORKER_STARTS = (
    date(2016, 2, 1), date(2018, 7, 16), date(2019, 3, 4), date(2020, 9, 21), date(2021, 1, 11), date(2021, 5, 31),
    date(2022, 8, 15), date(2025, 11, 24), date(2023, 4, 3), date(2019, 10, 28), date(2022, 2, 14), date(2024, 6, 17),
)  # fmt: skip
LEFT_ON = {"FW-11": date(2026, 2, 27)}
TITLE_ROWS = (["Coastal Cleaning Co – field workers"], ["Exported 01/11/2026 09:30 AM, all branches"])

CUSTOM_FIELDS = (
    ("Customer", "cf_gate_code", "Gate code", "text", "", "No", "Gate Code"),
    ("Customer", "cf_bedrooms", "Bedrooms", "number", "", "No", "Bedrooms"),
    ("Customer", "cf_contract_renewal", "Contract renewal", "date", "", "No", "Contract Renewal"),
    ("Customer", "cf_contact", "Preferred contact", "selection", "Phone;SMS;Email", "No", "Preferred Contact"),
    ("Customer", "cf_property", "Property features", "multi-select", "Pool;Pets;Solar panels;Stairs", "No",
     "Property Features"),
    ("Booking", "cf_extras", "Extras", "multi-select", "Steam;Pet hair;Inside fridge;Balcony", "No", "Extras"),
    ("Booking", "cf_access", "Access method", "selection", "Customer home;Lockbox;Concierge;Key held", "Yes",
     "Access Method"),
    ("Booking", "cf_area", "Area in m²", "number", "", "No", "Area m²"),
    ("Booking", "cf_follow_up", "Follow-up date", "date", "", "No", "Follow-up Date"),
    ("Booking", "cf_parking", "Parking", "text", "", "No", "Parking"),
    ("Booking", "cf_sign_off", "Customer sign-off", "signature", "", "No", "Customer Sign-off"),
    ("Booking", "cf_margin", "Margin", "formula", "", "No", "Margin %"),
)  # fmt: skip


def options_of(object_title: str, column: str) -> list[str]:
    """Return the choices of one custom field, found by its object and the header of its column."""
    return next(row[4].split(";") for row in CUSTOM_FIELDS if (row[0], row[6]) == (object_title, column))


def build_catalogue(world: World) -> None:
    """Fill the tables of services, options, workers and custom-field definitions."""
    services = world.table(
        Table(
            "service",
            "services.csv",
            ("Service ID", "Name", "Category", "Description", "Price", "Duration (minutes)", "Active"),
            ("Service ID",),
        )
    )
    options = world.table(
        Table(
            "service_option",
            "service_options.csv",
            ("Service ID", "Option Group", "Option", "Price Difference"),
            ("Service ID", "Option Group", "Option"),
        )
    )
    for service in SERVICES:
        values = (
            service.id, service.name, service.category, service.description,
            service.listed or dollars(service.price), service.minutes, "Yes" if service.active else "No",
        )  # fmt: skip
        row = services.add(values)
        for group, option, extra in service.options:
            options.add((service.id, group, option, money(extra)))
        if service.listed:
            world.odd("service", row, "Price", what="price with three decimals", outcome="49.995: Odoo keeps them all")
        if not service.active:
            world.odd("service", row, "Active", what="no longer sold, but on old bookings", outcome="archived product")
    _build_workers(world)
    fields = world.table(
        Table(
            "custom_field",
            "custom_fields.csv",
            ("Object", "Key", "Label", "Type", "Options", "Required", "Column"),
            ("Object", "Key"),
        )
    )
    for values in CUSTOM_FIELDS:
        row = fields.add(values)
        if row["Type"] in ("signature", "formula"):
            world.plant(
                "custom_field",
                row,
                "Type",
                problem=f"field of type {row['Type']}",
                outcome="listed",
                note=f"no field of Odoo does this; column {row['Column']!r} of bookings.csv is not migrated",
            )


def _build_workers(world: World) -> None:
    workers = world.table(
        Table(
            "fieldworker",
            "fieldworkers.xlsx",
            ("Worker ID", "Name", "Email", "Mobile", "Pay Rate", "Location Tracking", "Has Login", "Active",
             "Job Title", "Start Date"),
            ("Worker ID",),
            first_row=len(TITLE_ROWS) + 2,
        )
    )  # fmt: skip
    for values, started in zip(WORKERS, _WORKER_STARTS, strict=True):
        row = workers.add((*values, started))
        if not row["Email"]:
            world.plant(
                "fieldworker",
                row,
                "Email",
                problem="no e-mail",
                outcome="flagged",
                note="becomes an employee; no user can be matched or made",
            )
        if row["Active"] == "No":
            world.odd("fieldworker", row, "Active", what="left, but on old bookings", outcome="archived employee")
