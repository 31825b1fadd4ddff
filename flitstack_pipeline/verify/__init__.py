"""Did it arrive? Every migrated record is read back and compared with what the map says; counts and identity are checked."""
