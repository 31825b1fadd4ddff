"""What the processes and rules of Harbourside do: their definitions, by name."""

from collections.abc import Mapping, Sequence

from workflow_bodies import Definition, flow, operation, row_trigger

ASKED: Mapping[str, Mapping[str, str]] = {
    "Qualify": {"budgetamount": "Budget", "need": "Need", "decisionmaker": "Decision maker?"},
    "Develop": {"customerneed": "Customer need", "proposedsolution": "Proposed solution"},
    "Propose": {"estimatedvalue": "Est. revenue", "closeprobability": "Probability"},
    "Close": {"actualclosedate": "Actual close date"},
}
CONVERSION = "opportunity_originating_lead"


def process(name: str, steps: Sequence[str], ids: Sequence[str]) -> str | None:
    """The definition of a business process flow; that of the old tender process is gone, only its stages are left."""
    if "Tender" in name:
        return None
    stages = [
        {
            "id": number,
            "name": step,
            "category": place,
            "next": ids[place + 1] if place + 1 < len(ids) else "",
            "fields": ASKED[step],
            "required": ("need",),
        }
        for place, (step, number) in enumerate(zip(steps, ids, strict=True))
    ]
    if name.startswith("Lead"):
        made = Definition("lead")
        return made.xaml(made.stages("lead", stages[:1]), made.stages("opportunity", stages[1:], CONVERSION))
    made = Definition("opportunity")
    return made.xaml(made.stages("opportunity", stages))


def rule(name: str, entity: str) -> tuple[str | None, str | None]:
    """XAML and client data of a workflow, business rule or flow."""
    made = Definition(entity)
    match name.split()[0]:
        case "Qualify":
            then = [
                made.create("account", {"name": ("String", "companyname of the lead")}),
                made.create("contact", {"emailaddress1": ("String", "emailaddress1 of the lead")}),
                made.create(
                    "opportunity", {"name": ("String", "subject of the lead"), "estimatedvalue": ("Money", "value")}
                ),
            ]
            return made.xaml(made.check([("statuscode", "Equal", "OptionSetValue", "3")], then)), None
        case "Assign":
            near = [("address1_postalcode", "BeginsWith", "String", "BS")]
            return made.xaml(made.check(near, [made.assign("Bristol team")], [made.assign("Head office")])), None
        case "Remind":
            check = [("statecode", "Equal", "OptionSetValue", "0")]
            steps = [
                made.wait_until("3 days before estimatedclosedate"),
                made.send_email("Closes in three days", "owner"),
            ]
            return made.xaml(made.check(check, steps)), None
        case "Probability":
            hot = [("opportunityratingcode", "Equal", "OptionSetValue", "1")]
            high, low = (made.set_value("closeprobability", "Integer", value) for value in ("80", "20"))
            return made.xaml(made.check(hot, [high], [low])), None
        case "Consent":
            steps = [
                made.form("SetFieldRequiredLevel", "hb_consentgivenon", RequiredLevel="Required"),
                made.form("SetMessage", "hb_consentgivenon", Message="Say when consent was given"),
            ]
            return made.xaml(made.check([("hb_consentgivenon", "Null", "", "")], steps)), None
        case _:
            welcome = {
                "emailMessage/To": "@triggerOutputs()?['body/emailaddress1']",
                "emailMessage/Subject": "Your welcome pack",
            }
            task = {"entityName": "tasks", "item/subject": "Call the new account"}
            actions = {
                "Send_the_pack": operation("SendEmailV2", welcome, connector="office365"),
                "Remember_to_call": operation("CreateRecord", task, after="Send_the_pack"),
            }
            return None, flow(row_trigger(entity, 1, only="statecode eq 0"), actions)
