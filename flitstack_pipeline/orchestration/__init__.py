"""All of Dagster: partitions, assets, checks, jobs and the sensor that registers migrations."""
