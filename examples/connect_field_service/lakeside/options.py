"""The options of the organization's choices: value to label, in English and French. Some are the company's own."""

STATE = {0: ("Active", "Actif"), 1: ("Inactive", "Inactif")}
# The last two are additions of the company; 690970000 is called Unscheduled elsewhere.
SYSTEM_STATUS = {
    690970000: ("New", "Nouveau"),
    690970001: ("Scheduled", "Planifié"),
    690970002: ("In Progress", "En cours"),
    690970003: ("Completed", "Terminé"),
    690970004: ("Posted", "Validé"),
    690970005: ("Canceled", "Annulé"),
    741130000: ("On Hold - Customer", "En attente du client"),
    741130001: ("On Hold - Parts", "En attente de pièces"),
}
SERVICE_PRODUCT = {
    690970000: ("Inventory", "Stock"),
    690970001: ("Non-Inventory", "Hors stock"),
    690970002: ("Service", "Service"),
}
PRODUCT_TYPE = {
    1: ("Sales Inventory", "Stock"),
    2: ("Miscellaneous Charges", "Frais divers"),
    3: ("Services", "Services"),
    4: ("Flat Fees", "Forfaits"),
}
PRODUCT_STRUCTURE = {1: ("Product", "Produit"), 2: ("Product Family", "Famille"), 3: ("Product Bundle", "Lot")}
PRODUCT_STATE = {
    0: ("Active", "Actif"),
    1: ("Retired", "Retiré"),
    2: ("Draft", "Brouillon"),
    3: ("Under Revision", "En révision"),
}
RELATIONSHIP = {
    3: ("Customer", "Client"),
    5: ("Partner", "Partenaire"),
    8: ("Prospect", "Prospect"),
    11: ("Vendor", "Fournisseur"),
}
INDUSTRY = {
    2: ("Agriculture", "Agriculture"),
    7: ("Building Supply", "Matériaux"),
    16: ("Food Processing", "Agroalimentaire"),
    33: ("Wholesale", "Gros"),
}
REGISTRATION = {
    192350000: ("Unknown", "Inconnu"),
    192350001: ("Unregistered", "Non inscrit"),
    192350003: ("Registered", "Inscrit"),
    192350004: ("Error", "Erreur"),
}
ASSET_WORKING = {
    1: ("In service", "En service"),
    2: ("Degraded", "Dégradé"),
    3: ("Down", "En panne"),
    4: ("Scrapped", "Au rebut"),
}
INSPECTION = {
    192350000: ("Pass", "Réussi"),
    192350001: ("Fail", "Échec"),
    192350002: ("Partial Success", "Partiel"),
    192350003: ("NA", "Sans objet"),
}
RESOURCE_TYPE = {
    3: ("User", "Utilisateur"),
    4: ("Equipment", "Équipement"),
    6: ("Crew", "Équipe"),
    2: ("Contact", "Contact"),
}
BOOKING_STATUS = {1: ("Proposed", "Proposé"), 2: ("Committed", "Validé"), 3: ("Canceled", "Annulé")}
FIELD_SERVICE_STATUS = {
    690970000: ("Scheduled", "Planifié"),
    690970001: ("Traveling", "En route"),
    690970003: ("In Progress", "En cours"),
    690970004: ("Completed", "Terminé"),
    690970005: ("Canceled", "Annulé"),
}
ALERT_TYPE = {
    192350000: ("Anomaly", "Anomalie"),
    192350001: ("Info", "Info"),
    192350002: ("Preventive Maintenance", "Préventif"),
    192350003: ("Test", "Essai"),
}
SUGGESTED = {
    192350000: ("Calculating", "Calcul"),
    192350001: ("High", "Haute"),
    192350002: ("Low", "Basse"),
    192350003: ("None", "Aucune"),
}
ALERT_STATE = {
    0: ("Active", "Actif"),
    1: ("Inactive", "Inactif"),
    2: ("In Progress", "En cours"),
    3: ("Closed", "Fermé"),
}
ALERT_STATUS = {
    1: ("Active", "Actif", 0),
    2: ("Inactive", "Inactif", 1),
    4: ("Work Order Created", "Ordre créé", 2),
    6: ("Closed", "Fermé", 3),
}
EQUIPMENT = {
    100: ("Boiler", "Chaudière"),
    200: ("Chiller", "Refroidisseur"),
    300: ("Air handler", "Centrale d'air"),
    400: ("Walk-in cooler", "Chambre froide"),
    900: ("Other (see notes)", "Autre"),
}
SKILLS = {
    1: ("EPA 608", "EPA 608"),
    2: ("Gas", "Gaz"),
    3: ("Electrical, 3-phase", "Électricité triphasée"),
    4: ("Confined space", "Espace confiné"),
    5: ("Rope access", "Accès par corde"),
}
CATEGORY = {
    0: ("Workflow", "Flux de travail"),
    2: ("Business Rule", "Règle d'entreprise"),
    3: ("Action", "Action"),
    4: ("Business Process Flow", "Processus"),
    5: ("Modern Flow", "Flux moderne"),
}
WORKFLOW_STATE = {0: ("Draft", "Brouillon"), 1: ("Activated", "Activé")}
