"""The whole organization, parents before what refers to them."""

from harbourside.activities import build_activities
from harbourside.clinics import build_clinics
from harbourside.connections import build_connections
from harbourside.people import build_people
from harbourside.sales import build_sales
from harbourside.world import World


def build() -> World:
    world = World()
    build_people(world)
    build_sales(world)
    build_connections(world)
    build_activities(world)
    build_clinics(world)
    return world
