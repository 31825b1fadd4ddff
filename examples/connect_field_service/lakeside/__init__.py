"""Makes up Lakeside Climate Services, a heating and cooling company near Chicago, as its Dataverse organization has it."""
