"""What each verb's page says, as plain data: a template only lays it out."""
