"""Definitions of tables and columns as the Web API tells them: EntityDefinitions, casts, relationships, option sets."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from support.dataverse_server.database import Database
from support.dataverse_server.model import LOOKUPS, Attribute, Entity, Labels, Option

_IDS = uuid.UUID("8a6f4f51-6a54-4c59-9f0e-5c0d3c1c77aa")
# What stands for columns that are no plain database columns: AttributeType says Virtual, AttributeTypeName says what.
_VIRTUAL = {"File", "Image", "MultiSelectPicklist"}
CASTS = {
    "String": ("StringAttributeMetadata", "MaxLength"),
    "Memo": ("MemoAttributeMetadata", "MaxLength"),
    "Integer": ("IntegerAttributeMetadata", "MinValue", "MaxValue"),
    "BigInt": ("BigIntAttributeMetadata",),
    "Decimal": ("DecimalAttributeMetadata", "MinValue", "MaxValue", "Precision"),
    "Double": ("DoubleAttributeMetadata", "MinValue", "MaxValue", "Precision"),
    "Money": ("MoneyAttributeMetadata", "MinValue", "MaxValue", "Precision", "PrecisionSource"),
    "Boolean": ("BooleanAttributeMetadata", "DefaultValue"),
    "DateTime": ("DateTimeAttributeMetadata", "Format", "DateTimeBehavior"),
    "Picklist": ("PicklistAttributeMetadata", "DefaultFormValue"),
    "State": ("StateAttributeMetadata",),
    "Status": ("StatusAttributeMetadata",),
    "MultiSelectPicklist": ("MultiSelectPicklistAttributeMetadata",),
    "Lookup": ("LookupAttributeMetadata", "Targets"),
    "Customer": ("LookupAttributeMetadata", "Targets"),
    "Owner": ("LookupAttributeMetadata", "Targets"),
    "Uniqueidentifier": ("UniqueIdentifierAttributeMetadata",),
    "EntityName": ("EntityNameAttributeMetadata",),
    "File": ("FileAttributeMetadata", "MaxSizeInKB"),
    "Image": ("ImageAttributeMetadata", "MaxSizeInKB", "MaxHeight", "MaxWidth", "IsPrimaryImage", "CanStoreFullImage"),
    "Virtual": ("AttributeMetadata",),
}
OPTION_CASTS = {"Picklist", "State", "Status", "MultiSelectPicklist", "Boolean"}


def metadata_id(*names: str) -> str:
    """The same id each time, and in every org."""
    return str(uuid.uuid5(_IDS, "/".join(names)))


class Metadata:
    """The definitions of one database, in one user's language."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._language = database.info.base_language

    def label(self, labels: Labels, *, key: str) -> dict[str, Any]:
        def localized(language: int, text: str) -> dict[str, Any]:
            one = metadata_id(key, str(language))
            return {"Label": text, "LanguageCode": language, "IsManaged": False, "MetadataId": one, "HasChanged": None}

        own = labels.get(self._language)
        return {
            "LocalizedLabels": [localized(language, text) for language, text in labels.items()],
            "UserLocalizedLabel": localized(self._language, own) if own is not None else None,
        }

    # -- tables -------------------------------------------------------------------------------------------------------

    def entity(self, entity: Entity) -> dict[str, Any]:
        name = entity.logical_name
        return {
            "LogicalName": name,
            "SchemaName": entity.schema_name,
            "EntitySetName": entity.entity_set_name,
            "LogicalCollectionName": entity.entity_set_name,
            "CollectionSchemaName": entity.entity_set_name,
            "PrimaryIdAttribute": entity.primary_id,
            "PrimaryNameAttribute": entity.primary_name,
            "PrimaryImageAttribute": None,
            "OwnershipType": entity.ownership,
            "IsCustomEntity": entity.custom,
            "IsActivity": entity.activity,
            "IsActivityParty": name != "activitypointer" and entity.activity,
            "IsIntersect": False,
            "IsManaged": not entity.custom,
            "IsPrivate": False,
            "IsLogicalEntity": False,
            "ChangeTrackingEnabled": entity.change_tracking,
            "CanChangeTrackingBeEnabled": _managed("canchangetrackingbeenabled", entity.ownership != "None"),
            "IsCustomizable": _managed("iscustomizable", True),
            "IsValidForAdvancedFind": True,
            "TableType": "Standard",
            "DataProviderId": None,
            "DataSourceId": None,
            "ObjectTypeCode": 10_000 + list(self._database.entities).index(name) if entity.custom else self._code(name),
            "DisplayName": self.label(entity.labels, key=name),
            "DisplayCollectionName": self.label(entity.labels, key=f"{name}/plural"),
            "Description": self.label({}, key=f"{name}/description"),
            "MetadataId": metadata_id(name),
            "HasChanged": None,
        }

    @staticmethod
    def _code(name: str) -> int:
        known = {
            "account": 1,
            "contact": 2,
            "opportunity": 3,
            "lead": 4,
            "annotation": 5,
            "systemuser": 8,
            "task": 4212,
        }
        more = {"appointment": 4201, "email": 4202, "phonecall": 4210, "activitypointer": 4200}
        return (known | more).get(name) or 1000 + sum(name.encode()) % 3000

    # -- columns ------------------------------------------------------------------------------------------------------

    def attribute(self, entity: Entity, attribute: Attribute) -> dict[str, Any]:
        """The properties that every type of column has."""
        kind = attribute.type
        own_key = f"{entity.logical_name}/{attribute.name}"
        return {
            "@odata.type": f"#Microsoft.Dynamics.CRM.{CASTS[kind][0]}",
            "LogicalName": attribute.name,
            "SchemaName": attribute.schema_name,
            "EntityLogicalName": entity.logical_name,
            "AttributeType": "Virtual" if kind in _VIRTUAL else kind,
            "AttributeTypeName": {"Value": f"{kind}Type"},
            "AttributeOf": attribute.attribute_of,
            "ColumnNumber": list(entity.attributes).index(attribute.name) + 1,
            "IsCustomAttribute": attribute.custom,
            "IsPrimaryId": attribute.name == entity.primary_id,
            "IsPrimaryName": attribute.name == entity.primary_name,
            "IsValidForRead": attribute.valid_for_read,
            "IsValidODataAttribute": attribute.selectable,
            "IsLogical": bool(attribute.attribute_of),
            "IsManaged": not attribute.custom,
            "IsCustomizable": _managed("iscustomizable", True),
            "RequiredLevel": {
                "Value": "ApplicationRequired" if attribute.required else "None",
                "CanBeChanged": True,
                "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
            },
            "SourceType": 0,
            "DisplayName": self.label(attribute.labels, key=own_key),
            "Description": self.label({}, key=f"{own_key}/description"),
            "MetadataId": metadata_id(own_key),
            "HasChanged": None,
        }

    def cast(self, entity: Entity, attribute: Attribute) -> dict[str, Any]:
        """The properties of a column of this type; option sets come only when they are expanded."""
        return self.attribute(entity, attribute) | self._special(attribute)

    @staticmethod
    def _special(attribute: Attribute) -> dict[str, Any]:
        values = {
            "MaxLength": attribute.max_length or (2000 if attribute.type == "Memo" else 100),
            "MinValue": attribute.min,
            "MaxValue": attribute.max,
            "Precision": 2 if attribute.precision is None else attribute.precision,
            "PrecisionSource": 0 if attribute.precision is not None else 2,
            "DefaultValue": False,
            "DefaultFormValue": -1,
            "Format": attribute.format,
            "DateTimeBehavior": {"Value": attribute.behavior},
            "Targets": list(attribute.targets),
            "MaxSizeInKB": attribute.max_size_kb or (10240 if attribute.type == "Image" else 32768),
            "MaxHeight": 144,
            "MaxWidth": 144,
            "IsPrimaryImage": attribute.name == "entityimage",
            "CanStoreFullImage": True,
        }
        return {name: values[name] for name in CASTS[attribute.type][1:]}

    def option_set(self, entity: Entity, attribute: Attribute) -> dict[str, Any]:
        """The options of a choice, whether its own or a global one."""
        name = attribute.global_option_set or f"{entity.logical_name}_{attribute.name}"
        kinds = {"State": "State", "Status": "Status", "Boolean": "Boolean"}
        head = {
            "Name": name,
            "IsGlobal": attribute.global_option_set is not None,
            "IsCustomOptionSet": attribute.custom,
            "OptionSetType": kinds.get(attribute.type, "Picklist"),
            "DisplayName": self.label(attribute.labels, key=f"{name}/set"),
            "MetadataId": metadata_id(name, "set"),
            "HasChanged": None,
        }
        if attribute.type == "Boolean":
            by_value = {o.value: o for o in attribute.options}
            no, yes = (by_value.get(v) or Option(v, {self._language: t}) for v, t in ((0, "No"), (1, "Yes")))
            return head | {"TrueOption": self._option(name, yes), "FalseOption": self._option(name, no)}
        shown = [self._option(name, o) | self._state(attribute, o) for o in attribute.options]
        return head | {"ParentOptionSetName": None, "Options": shown}

    def _option(self, name: str, option: Option) -> dict[str, Any]:
        return {
            "Value": option.value,
            "Color": None,
            "IsManaged": False,
            "ExternalValue": "",
            "ParentValues": [],
            "MetadataId": None,
            "HasChanged": None,
            "Label": self.label(option.labels, key=f"{name}/{option.value}"),
            "Description": self.label({}, key=f"{name}/{option.value}/description"),
        }

    @staticmethod
    def _state(attribute: Attribute, option: Option) -> dict[str, Any]:
        if attribute.type == "Status":
            return {"State": option.state, "TransitionData": None}
        if attribute.type == "State":
            return {"DefaultStatus": None, "InvariantName": next(iter(option.labels.values()), "")}
        return {}

    def global_option_sets(self) -> dict[str, dict[str, Any]]:
        """Global choices by name, each as the first column that uses it tells it."""
        found: dict[str, dict[str, Any]] = {}
        for entity in self._database.entities.values():
            for attribute in entity.attributes.values():
                if attribute.global_option_set and attribute.global_option_set not in found:
                    shown = self.option_set(entity, attribute)
                    shown["@odata.type"] = "#Microsoft.Dynamics.CRM.OptionSetMetadata"
                    found[attribute.global_option_set] = shown
        return found

    # -- relationships ------------------------------------------------------------------------------------------------

    def many_to_one(self, entity: Entity) -> list[dict[str, Any]]:
        return list(self._relationships([entity]))

    def one_to_many(self, entity: Entity) -> list[dict[str, Any]]:
        everything = self._relationships(self._database.entities.values())
        return [r for r in everything if r["ReferencedEntity"] == entity.logical_name]

    def _relationships(self, entities: Iterable[Entity]) -> Iterable[dict[str, Any]]:
        for entity in entities:
            for attribute in entity.attributes.values():
                for target in attribute.targets if attribute.type in LOOKUPS else ():
                    yield self._relationship(entity, attribute, target)

    def _relationship(self, entity: Entity, attribute: Attribute, target: str) -> dict[str, Any]:
        referenced = self._database.entities.get(target)
        name = f"{entity.logical_name}_{attribute.name}_{target}"
        return {
            "SchemaName": name,
            "RelationshipType": "OneToManyRelationship",
            "IsCustomRelationship": attribute.custom,
            "ReferencedEntity": target,
            "ReferencedAttribute": referenced.primary_id if referenced else f"{target}id",
            "ReferencedEntityNavigationPropertyName": name,
            "ReferencingEntity": entity.logical_name,
            "ReferencingAttribute": attribute.name,
            "ReferencingEntityNavigationPropertyName": attribute.navigation_to(target),
            "IsHierarchical": target == entity.logical_name,
            "MetadataId": metadata_id(name, "relationship"),
            "HasChanged": None,
        }

    def many_to_many(self, entity: Entity) -> list[dict[str, Any]]:
        return [
            {
                "SchemaName": m.schema_name,
                "RelationshipType": "ManyToManyRelationship",
                "IsCustomRelationship": True,
                "IntersectEntityName": m.intersect_entity,
                "Entity1LogicalName": entity.logical_name,
                "Entity1IntersectAttribute": entity.primary_id,
                "Entity1NavigationPropertyName": m.schema_name,
                "Entity2LogicalName": m.other,
                "Entity2IntersectAttribute": self._other_id(m.other),
                "Entity2NavigationPropertyName": m.schema_name,
                "MetadataId": metadata_id(m.schema_name, "relationship"),
                "HasChanged": None,
            }
            for m in entity.many_to_many
        ]

    def _other_id(self, name: str) -> str:
        other = self._database.entities.get(name)
        return other.primary_id if other else f"{name}id"


def _managed(name: str, value: bool) -> Mapping[str, Any]:
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}
