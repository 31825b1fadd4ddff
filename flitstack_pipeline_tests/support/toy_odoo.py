"""The Odoo in memory that the toy map of `support.project` goes into, and the toy's export."""

from support.odoo import FakeOdoo, fields

FILES = {
    "customers": "customer_id,name,kind,email,country,joined,credit,parent\n"
    "1,Ann,Personal,ann@toy.example,AU,2024-01-02,10.50,\n"
    "2,Bob Ltd,Business,bob@toy.example,AU,,,\n"
    "3,Cem,Personal,CEM@toy.example,XX,,,\n"
    "4,,Personal,,AU,,,\n"
    "5,Dot,Personal,dot@toy.example,AU,2024-13-45,,\n",
    "jobs": "job_id,customer_id,title,status\nJ1,1,Clean,open\nJ2,4,Mow,open\nJ3,9,Sweep,done\n",
    "tasks": "job_id,number,text,hours\nJ1,2,dry,1.5\nJ1,1,wash,2\nJ9,1,nothing,1\n",
    "gps": "van\nv1\nv1\n",
}


def toy_odoo() -> FakeOdoo:
    """An Odoo with two countries and one partner, Bob."""
    odoo = FakeOdoo(
        res__partner=fields(
            name="char", email="char", is_company="boolean", country_id={"type": "many2one", "relation": "res.country"}
        ),
        res__country=fields(code="char"),
        crm__lead=fields(name="char", description="text", partner_id={"type": "many2one", "relation": "res.partner"}),
    )
    odoo.add("res.country", {"id": 13, "code": "AU"}, {"id": 14, "code": "NZ"})
    return odoo.add("res.partner", {"id": 50, "name": "Bob", "email": "Bob@toy.example "})
