"""What to build in Odoo for an entry: model, trigger, domain, actions, in Odoo's own words.

It is a proposal for the person who builds it. What the map cannot translate is listed as to be done by hand, never left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.rebuild.entries import Build, BuildAction
from flitstack_pipeline.rebuild.homes import Home, Homes
from flitstack_pipeline.rebuild.parts import OPERATORS, Check, Parts, Step
from flitstack_pipeline.rebuild.spec import BuildRule, Kind, Make, On, RebuildSpec
from flitstack_pipeline.transform.apply import filled
from flitstack_pipeline.transform.conditions import fold, holds

_MAKES: Mapping[Kind, Make] = {
    "automation": "base.automation",
    "workflow": "base.automation",
    "flow": "base.automation",
    "business_rule": "ir.ui.view",
    "process": "crm.stage",
    "action": "ir.actions.server",
    "dialog": "ir.actions.server",
    "schedule": "ir.cron",
    "iot_trigger": "base.automation",
    "approval": "mail.activity.type",
    "escalation": "base.automation",
    "portal": "res.config.settings",
    "other": "ir.actions.server",
}
_NEEDS: Mapping[Make, str] = {
    "base.automation": "base_automation",
    "mail.activity.type": "mail",
    "approval.category": "approvals (Enterprise)",
    "crm.stage": "crm",
    "project.task": "project",
}
_EVENTS: Mapping[str, On] = {
    "create": "on_create",
    "update": "on_create_or_write",
    "delete": "on_unlink",
    "form": "on_change",
    "webhook": "on_webhook",
    "time": "on_time",
}
_STATES: Mapping[str, tuple[str | None, str]] = {
    "email": ("mail_post", "with an e-mail template"),
    "sms": ("sms", "with an SMS template"),
    "notify": ("next_activity", "Odoo has no push message to a phone; an activity is in the person's list at once"),
    "activity": ("next_activity", "with an activity type, a person and a due date"),
    "create": ("object_create", ""),
    "update": ("object_write", ""),
    "assign": ("object_write", "the field of the responsible person"),
    "followers": ("followers", ""),
    "wait": (None, "a delay is a rule of its own with a trigger by time"),
    "webhook": ("webhook", ""),
    "child": ("multi", "the actions of the other entry"),
    "form": (None, "in the form's view: invisible, readonly, required, or a constraint that says so"),
    "stop": (None, "the order of the actions and the domain take its place"),
    "code": ("code", "Python in the action"),
}
_STATE_NEEDS = {"sms": "sms", "mail_post": "mail", "next_activity": "mail", "followers": "mail"}


class Proposer:
    """Proposals for the entries of one object."""

    def __init__(self, system: SystemMap, spec: RebuildSpec) -> None:
        self._spec = spec
        self._homes = Homes(system, spec.fields)
        self._patterns = [(rule, _pattern(rule.trigger)) for rule in spec.build]

    def propose(self, kind: Kind, parts: Parts, row: Mapping[str, Any]) -> Build:
        """What to build for one entry. `row`: its source row, for templates and conditions."""
        rule, found = self._rule(parts, row)
        about = rule.object or parts.object
        make = rule.make or _MAKES[kind]
        event = parts.events[0] if parts.events else None
        what = {e.what for e in parts.events}
        on = rule.on or (_EVENTS.get(event.what) if event and make == "base.automation" else None)
        if rule.on is None and on == "on_create" and "update" in what:
            on = "on_create_or_write"
        if event and event.what == "schedule" and rule.make is None:
            make, on = "ir.cron", None
        elif what == {"demand"} and rule.make is None and make == "base.automation":
            make, on = "ir.actions.server", None
        watch = [*rule.watch, *(f for e in parts.events for f in e.fields if on == "on_create_or_write")]
        homes = [self._homes.field(about, column) for column in watch]
        domain, by_hand = self._domain(about, parts)
        by_hand += [f"a change of {c}" for c, home in zip(watch, homes, strict=True) if home is None]
        date = self._homes.field(about, rule.date) if rule.date else None
        if rule.date and date is None:
            by_hand.append(f"the date {rule.date}")
        actions = tuple(_action(replace(step, do=step.do or rule.do), kind) for step in parts.steps)
        needs = [_NEEDS.get(make, ""), *(_STATE_NEEDS.get(a.state or "", "") for a in actions)]
        notes = [filled(rule.note, {**row, **found}).strip() if rule.note else "", *self._remarks(parts, make)]
        return Build(
            make=make,
            model=rule.model or self._homes.model(about),
            trigger=on,
            trigger_fields=tuple(dict.fromkeys(h.path.partition(".")[0] for h in homes if h)),
            date_field=date.path if date else None,
            delay=filled(rule.delay, {**row, **found}),
            domain=(*(_with(term, {**row, **found}) for term in rule.domain), *domain),
            by_hand=tuple(dict.fromkeys(by_hand)),
            actions=actions,
            needs=tuple(dict.fromkeys(n for n in needs if n)),
            note=". ".join(n for n in notes if n),
        )

    def _rule(self, parts: Parts, row: Mapping[str, Any]) -> tuple[BuildRule, Mapping[str, str]]:
        for rule, pattern in self._patterns:
            match = pattern.fullmatch(parts.trigger.strip())
            if match and holds(rule.when, row):
                return rule, match.groupdict()
        return BuildRule(), {}

    def _remarks(self, parts: Parts, make: Make) -> Iterator[str]:
        if parts.active is False:
            yield "it was switched off in the source: build it only if somebody wants it"
        more = [e.what for e in parts.events[1:] if e.what in _EVENTS and e.what != "update"]
        if more and make == "base.automation":
            yield f"a rule more for each further trigger: {', '.join(more)}"

    def _domain(self, about: str, parts: Parts) -> tuple[list[Any], list[str]]:
        domain: list[Any] = []
        by_hand = list(parts.words)
        for test in parts.tests:
            home = self._homes.field(about, test.field)
            terms = _terms(home, test) if home else None
            if terms is None:
                by_hand.append(str(test))
            else:
                domain += terms
        return domain, by_hand


def _with(term: Any, values: Mapping[str, Any]) -> Any:
    """A term of a rule's domain with the values that its texts name."""
    if isinstance(term, list | tuple):
        return [_with(part, values) for part in term]
    return filled(term, dict(values)) if isinstance(term, str) and "{" in term else term


def _terms(home: Home, test: Check) -> list[Any] | None:
    """A condition as terms of an Odoo domain; None where the operator is not known."""
    operator = OPERATORS.get(str(fold(test.operator)), "")
    value = home.value(test.label if home.by_label and test.label is not None else test.value)
    match operator:
        case "":
            return None
        case "set" | "unset":
            return [[home.path, "=" if operator == "unset" else "!=", False]]
        case "begins":
            return [[home.path, "=ilike", f"{value}%"]]
        case "ends":
            return [[home.path, "=ilike", f"%{value}"]]
        case "in" | "not in" if not isinstance(value, list):
            value = [value]
        case _:
            pass
    positive = {"!=": "=", "not ilike": "ilike", "not in": "in"}.get(operator)
    if positive and "." in home.path:
        # A path through several records: none of them may have it, not just one of them not.
        return ["!", [home.path, positive, value]]
    return [[home.path, operator, value]]


def _action(step: Step, kind: Kind) -> BuildAction:
    text = "  " * step.depth + step.text
    if step.do is None:
        # The heads of branches and loops; the domain of a rule, or Python in its action, takes their place.
        structure = text.endswith(":") or ": (" in text
        how = (
            "a stage (crm.stage)"
            if kind == "process"
            else ""
            if structure
            else "decide how; nothing in the map says what does this"
        )
        state = None
    else:
        state, how = _STATES[step.do]
    return BuildAction(state=state, text=text if "→" in text or not how else f"{text} → {how}")


def _pattern(trigger: str) -> re.Pattern[str]:
    """A trigger with names in braces as a pattern; the names become its groups. No trigger fits every one."""
    if not trigger:
        return re.compile(".*", re.DOTALL)
    parts = re.split(r"\{(\w+)\}", trigger)
    texts = [re.escape(p) if i % 2 == 0 else f"(?P<{p}>.+?)" for i, p in enumerate(parts)]
    return re.compile("".join(texts), re.IGNORECASE)
