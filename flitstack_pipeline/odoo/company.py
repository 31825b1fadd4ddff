"""The main company of a sandbox's Odoo: what its owner would have entered before the first invoice."""

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET


def furnish(client: OdooClient, *, name: str = "", state: str = "", tax_number: str = "") -> None:
    """Give the main company a name, a state (by its code in the company's country) and a tax number.

    Odoo's Indian taxes stay archived until the company has its GST number. Raises ConfigurationError for a state that its
    country does not have.
    """
    ids = client.search("res.company", [], order="id", limit=1)
    country = client.read("res.company", ids, ["country_id"])[0]["country_id"]
    values: dict[str, str | int] = {"name": name, "vat": tax_number}
    if state:
        states = client.search(
            "res.country.state", [["code", "=", state], ["country_id", "=", country[0] if country else False]]
        )
        if len(states) != 1:
            raise ConfigurationError(
                [
                    Problem(
                        f"target.sandbox.company.state: {state}",
                        "is no state of the company's country",
                        "give its code",
                    )
                ]
            )
        values["state_id"] = states[0]
    client.write("res.company", ids, {key: value for key, value in values.items() if value}, context=QUIET)
    client.refresh()
