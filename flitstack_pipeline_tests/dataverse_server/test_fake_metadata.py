"""Definitions of tables, columns, options and relationships."""

from typing import Any

import pytest

ATTRIBUTES = "EntityDefinitions(LogicalName='account')/Attributes"
CRM = "Microsoft.Dynamics.CRM"


def _cast(reader: Any, kind: str, query: str = "", table: str = "account") -> dict[str, dict[str, Any]]:
    path = f"EntityDefinitions(LogicalName='{table}')/Attributes/{CRM}.{kind}AttributeMetadata{query}"
    return {a["LogicalName"]: a for a in reader.get(path).raise_for_status().json()["value"]}


def test_tables(reader: Any) -> None:
    path = (
        "EntityDefinitions?$select=LogicalName,SchemaName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,"
        "OwnershipType,IsCustomEntity,IsActivity,ChangeTrackingEnabled,TableType,DataProviderId,DisplayName"
    )
    tables = {t["LogicalName"]: t for t in reader.get(path).json()["value"]}
    assert tables["phonecall"] | {"DisplayName": 0, "MetadataId": 0} == {
        "LogicalName": "phonecall",
        "SchemaName": "Phonecall",
        "EntitySetName": "phonecalls",
        "PrimaryIdAttribute": "activityid",
        "PrimaryNameAttribute": "subject",
        "OwnershipType": "UserOwned",
        "IsCustomEntity": False,
        "IsActivity": True,
        "ChangeTrackingEnabled": True,
        "TableType": "Standard",
        "DataProviderId": None,
        "DisplayName": 0,
        "MetadataId": 0,
    }
    assert tables["new_inspection"]["IsCustomEntity"] is True
    assert tables["account"]["DisplayName"]["UserLocalizedLabel"]["Label"] == "Account"


def test_tables_can_be_filtered_and_named(reader: Any) -> None:
    shown = reader.get("EntityDefinitions?$select=LogicalName&$filter=IsCustomEntity eq true").json()["value"]
    assert [t["LogicalName"] for t in shown] == ["new_inspection"]
    by_value = reader.get("EntityDefinitions?$select=LogicalName&$filter=CanChangeTrackingBeEnabled/Value eq false")
    assert [t["LogicalName"] for t in by_value.json()["value"]] == ["organization"]
    one = reader.get("EntityDefinitions(LogicalName='account')?$select=EntitySetName").json()
    assert one["EntitySetName"] == "accounts"
    by_id = reader.get(f"EntityDefinitions({one['MetadataId']})?$select=LogicalName").json()
    assert by_id["LogicalName"] == "account"


REFUSED = [
    ("EntityDefinitions(LogicalName='nothing')", 404),
    ("EntityDefinitions?$select=Nothing", 400),
    ("EntityDefinitions?$filter=Nothing eq 1", 400),
    ("EntityDefinitions?$orderby=LogicalName", 400),
    (f"{ATTRIBUTES}?$expand=OptionSet", 400),
    (f"{ATTRIBUTES}?$select=Targets", 400),
    (f"{ATTRIBUTES}/{CRM}.EnumAttributeMetadata", 404),
    (f"{ATTRIBUTES}/{CRM}.NothingAttributeMetadata", 404),
    (f"{ATTRIBUTES}/PicklistAttributeMetadata", 404),
    (f"{ATTRIBUTES}/{CRM}.StringAttributeMetadata?$expand=OptionSet", 400),
    (f"{ATTRIBUTES}(LogicalName='nothing')", 404),
    (f"{ATTRIBUTES}(LogicalName='name')/{CRM}.PicklistAttributeMetadata", 404),
    ("GlobalOptionSetDefinitions?$filter=Name eq 'new_regions'", 400),
    ("GlobalOptionSetDefinitions(Name='nothing')", 404),
    ("EntityDefinitions(LogicalName='account')/Nothing", 404),
]


@pytest.mark.parametrize(("path", "status"), REFUSED)
def test_metadata_requests_that_are_refused(reader: Any, path: str, status: int) -> None:
    assert reader.error(path)[0] == status


def test_columns_without_a_cast_have_what_all_columns_have(reader: Any) -> None:
    columns = {a["LogicalName"]: a for a in reader.get(ATTRIBUTES).json()["value"]}
    kinds = {name: (columns[name]["AttributeType"], columns[name]["AttributeTypeName"]["Value"]) for name in columns}
    assert kinds["name"] == ("String", "StringType")
    assert kinds["ownerid"] == ("Owner", "OwnerType")
    assert kinds["new_skills"] == ("Virtual", "MultiSelectPicklistType")
    assert kinds["new_contract"] == ("Virtual", "FileType")
    assert kinds["entityimage"] == ("Virtual", "ImageType")
    assert columns["primarycontactidname"]["AttributeOf"] == "primarycontactid"
    assert columns["new_secret"]["IsValidForRead"] is False
    assert columns["new_skills"]["IsCustomAttribute"] is True
    assert "MaxLength" not in columns["name"]
    assert "OptionSet" not in columns["industrycode"]
    picked = reader.get(f"{ATTRIBUTES}?$select=LogicalName&$filter=AttributeType eq {CRM}.AttributeTypeCode'Picklist'")
    assert {a["LogicalName"] for a in picked.json()["value"]} == {"industrycode", "new_region"}


def test_what_a_type_of_column_has(reader: Any) -> None:
    assert _cast(reader, "String")["name"]["MaxLength"] == 160
    assert _cast(reader, "Money")["revenue"]["Precision"] == 2
    assert _cast(reader, "Decimal")["new_discount"]["Precision"] == 3
    assert _cast(reader, "Lookup", table="contact")["parentcustomerid"]["Targets"] == ["account", "contact"]
    assert _cast(reader, "File")["new_contract"]["MaxSizeInKB"] == 32768
    assert list(_cast(reader, "Image")) == ["entityimage"]
    days = _cast(reader, "DateTime", table="contact")
    assert days["birthdate"]["DateTimeBehavior"] == {"Value": "DateOnly"}
    assert days["new_visit"]["DateTimeBehavior"] == {"Value": "TimeZoneIndependent"}
    assert days["createdon"]["Format"] == "DateAndTime"


def test_options_come_when_they_are_expanded(reader: Any) -> None:
    assert "OptionSet" not in _cast(reader, "Picklist")["industrycode"]
    choices = _cast(reader, "Picklist", "?$select=LogicalName&$expand=OptionSet,GlobalOptionSet")
    own, shared = choices["industrycode"], choices["new_region"]
    assert own["GlobalOptionSet"] is None
    assert [o["Value"] for o in own["OptionSet"]["Options"]] == [1, 2]
    labels = own["OptionSet"]["Options"][0]["Label"]
    assert [(text["LanguageCode"], text["Label"]) for text in labels["LocalizedLabels"]] == [
        (1033, "Accounting"),
        (1036, "Accounting (fr)"),
    ]
    assert labels["UserLocalizedLabel"]["LanguageCode"] == 1033
    assert shared["OptionSet"] is None
    assert [o["Value"] for o in shared["GlobalOptionSet"]["Options"]] == [10, 20]
    part = _cast(reader, "Picklist", "?$select=LogicalName&$expand=OptionSet($select=Options)")["industrycode"]
    assert set(part["OptionSet"]) == {"Options", "MetadataId"}


def test_states_reasons_and_booleans(reader: Any) -> None:
    expand = "?$select=LogicalName&$expand=OptionSet"
    assert [o["Value"] for o in _cast(reader, "State", expand)["statecode"]["OptionSet"]["Options"]] == [0, 1]
    assert [o["State"] for o in _cast(reader, "Status", expand)["statuscode"]["OptionSet"]["Options"]] == [0, 1]
    skills = _cast(reader, "MultiSelectPicklist", expand)["new_skills"]["OptionSet"]
    assert [o["Value"] for o in skills["Options"]] == [1, 2, 3]
    hold = _cast(reader, "Boolean", expand)["creditonhold"]["OptionSet"]
    assert hold["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "Yes"
    one = reader.get(f"{ATTRIBUTES}(LogicalName='statecode')/{CRM}.StateAttributeMetadata?$expand=OptionSet").json()
    assert len(one["OptionSet"]["Options"]) == 2


def test_global_choices(reader: Any) -> None:
    assert [s["Name"] for s in reader.get("GlobalOptionSetDefinitions").json()["value"]] == ["new_regions"]
    one = reader.get("GlobalOptionSetDefinitions(Name='new_regions')").json()
    assert [o["Value"] for o in one["Options"]] == [10, 20]


def test_relationships_tell_the_names_of_navigation_properties(reader: Any) -> None:
    path = (
        "EntityDefinitions(LogicalName='contact')/ManyToOneRelationships?"
        "$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
    )
    shown = reader.get(path).json()["value"]
    found = {
        (r["ReferencingAttribute"], r["ReferencedEntity"]): r["ReferencingEntityNavigationPropertyName"] for r in shown
    }
    assert found == {
        ("parentcustomerid", "account"): "parentcustomerid_account",
        ("parentcustomerid", "contact"): "parentcustomerid_contact",
        ("new_site", "account"): "new_Site",
    }
    back = reader.get("EntityDefinitions(LogicalName='account')/OneToManyRelationships").json()["value"]
    assert {(r["ReferencingEntity"], r["ReferencingAttribute"]) for r in back} >= {("contact", "new_site")}
    assert reader.get("EntityDefinitions(LogicalName='account')/ManyToManyRelationships").json()["value"] == []


def test_attributes_can_be_expanded_into_a_table(reader: Any) -> None:
    one = reader.get(
        "EntityDefinitions(LogicalName='team')?$select=LogicalName&$expand=Attributes($select=LogicalName)"
    )
    assert {a["LogicalName"] for a in one.json()["Attributes"]} >= {"teamid", "name", "versionnumber"}


def test_definitions_change_under_way(org: Any) -> None:
    wants = 'odata.include-annotations="*"'
    version = org.get("accounts?$top=1", wants).json()["@Microsoft.Dynamics.CRM.globalmetadataversion"]
    org.control.remove_attribute("account", "numberofemployees")
    org.control.change_attribute("account", "name", {"type": "Memo"})
    org.control.remove_option("account", "industrycode", 2)
    org.control.relabel_option("account", "industrycode", 1, "Book-keeping")
    assert org.error("accounts?$select=numberofemployees")[0] == 400
    assert "name" in _cast(org, "Memo")
    options = _cast(org, "Picklist", "?$expand=OptionSet")["industrycode"]["OptionSet"]["Options"]
    assert [(o["Value"], o["Label"]["UserLocalizedLabel"]["Label"]) for o in options] == [(1, "Book-keeping")]
    row = org.get("accounts?$select=industrycode&$top=1", wants).json()["value"][0]
    assert row["industrycode"] == 2
    assert "industrycode@OData.Community.Display.V1.FormattedValue" not in row
    assert org.get("accounts?$top=1", wants).json()["@Microsoft.Dynamics.CRM.globalmetadataversion"] != version
