"""What becomes of the engine's errors in Dagster, and of a run from start to end."""

import sys
import types
from typing import Any

import dagster as dg
import pytest

from flitstack_pipeline.errors import GateClosed, RecordError, TerminalError, TransientError
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.orchestration.launch import launch
from flitstack_pipeline.orchestration.partitions import register_partitions
from flitstack_pipeline.orchestration.resource import Engine, verb_of
from flitstack_pipeline.redact import register_secret
from flitstack_pipeline.stages.run import MigrationRun


def last_result(project, verb: str):
    with Ledger.open(project.settings) as ledger:
        return ledger.last_result("toy-co", verb)


@pytest.fixture
def engine(project):
    with dg.build_init_resource_context() as context, Engine().yield_for_execution(context) as made:
        yield made


ERRORS = {
    "a closed gate": (GateClosed("nobody has approved it", hint="approve it"), False, 3),
    "a passing trouble": (TransientError("Odoo is busy", retry_after=3), True, 1),
    "a refusal": (TerminalError("Odoo says no"), False, 1),
    "a wrong record": (RecordError("is empty", field="name"), False, 1),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_typed_error_is_a_failure_and_a_result(engine, project, case):
    error, retried, exit_code = ERRORS[case]

    with pytest.raises(dg.Failure) as failure, engine.run("toy-co", "run-1", "load"):
        raise error

    assert error.message in str(failure.value.description)
    assert failure.value.allow_retries is retried
    assert failure.value.__cause__ is error
    saved = last_result(project, "load")
    assert (saved.ok, saved.run_id) == (False, "run-1")
    assert (saved.result["exit_code"], saved.result["problems"]) == (exit_code, [error.message])


def test_what_to_do_is_part_of_the_failure(engine):
    with pytest.raises(dg.Failure, match="approve it"), engine.run("toy-co", "run-1", "load"):
        raise GateClosed("nobody has approved it", hint="approve it")


def test_a_migration_that_cannot_be_opened_is_a_failure_too(engine, project):
    project.map("system: [")

    with (
        pytest.raises(dg.Failure, match=r"toy\.yaml:1.*is not valid YAML") as failure,
        engine.run("toy-co", "run-1", "plan"),
    ):
        pass

    assert failure.value.allow_retries is False
    assert last_result(project, "plan").result["exit_code"] == 2


def test_an_error_that_nobody_foresaw_stays_what_it_is(engine, project):
    with pytest.raises(ZeroDivisionError), engine.run("toy-co", "run-1", "plan"):
        raise ZeroDivisionError

    assert last_result(project, "plan") is None


def test_a_ledger_that_cannot_be_reached_is_a_failure_too(engine, monkeypatch):
    monkeypatch.setenv("FLITSTACK_POSTGRES_URL", "postgresql://nobody@127.0.0.1:9/nothing")

    with (
        pytest.raises(dg.Failure, match=r"The ledger .* cannot be used now") as failure,
        engine.run("toy-co", "run-1", "plan"),
    ):
        pass

    assert failure.value.allow_retries is True


def test_secrets_are_kept_out_of_failures_and_results(engine, project):
    register_secret("s3cr3t-value")

    with pytest.raises(dg.Failure) as failure, engine.run("toy-co", "run-1", "plan"):
        raise TerminalError("refused for s3cr3t-value", hint="not s3cr3t-value again")

    assert "s3cr3t-value" not in str(failure.value.description) + str(last_result(project, "plan").result)


def test_steps_of_one_run_share_one_migration(project):
    with dg.build_init_resource_context() as context, Engine().yield_for_execution(context) as engine:
        with engine.run("toy-co", "run-1", "load") as first, engine.run("toy-co", "run-1", "load") as second:
            assert first is second
        with engine.run("toy-co", "run-2", "load") as other:
            assert other is not first
        closed: list[str] = []
        for run in (first, other):
            run.close = lambda run=run: (closed.append(run.run_id), MigrationRun.close(run))

    assert closed == ["run-1", "run-2"], "all are closed at the end"


@pytest.mark.parametrize(
    ("job", "verb"),
    [("toy_load", "load"), ("toy_reconcile", "reconcile"), ("__ASSET_JOB", "plan"), ("toyota_load", "plan")],
)
def test_the_verb_of_a_run(job, verb):
    assert verb_of(job, "toy", "plan") == verb


# -- jobs -------------------------------------------------------------------------------------------------------------------


def execute(defs, instance, project, verb: str, **config) -> dg.ExecuteInProcessResult:
    register_partitions(instance, project.settings, "toy")
    run_config = {"ops": {f"toy_{verb}_op": {"config": config}}} if config else {}
    job = defs.resolve_job_def(f"toy_{verb}")
    return job.execute_in_process(
        instance=instance, partition_key="toy-co", run_config=run_config, raise_on_error=False
    )


def failure_of(result: dg.ExecuteInProcessResult) -> Any:
    (event, *_) = [event for event in result.all_events if event.is_step_failure]
    return event.step_failure_data


def test_an_inventory_from_start_to_end(defs, instance, project):
    result = execute(defs, instance, project, "inventory")

    assert result.success
    events = {event.asset_key.to_user_string(): event for event in result.get_asset_materialization_events()}
    assert set(events) == {
        *(f"toy/source/{name}" for name in ("customer", "job", "task", "gps")),
        "toy/report/inventory",
    }
    assert {event.partition for event in events.values()} == {"toy-co"}
    customer = events["toy/source/customer"].materialization
    assert customer.metadata["dagster/row_count"].value == 4
    assert customer.tags["dagster/data_version"] == customer.metadata["sha256"].value
    saved = last_result(project, "inventory")
    assert (saved.ok, saved.run_id) == (True, result.run_id)
    assert saved.result["objects"]["customer"]["extracted"] == 5


def test_an_unchanged_source_has_an_unchanged_version(defs, instance, project):
    def versions():
        events = execute(defs, instance, project, "inventory").get_asset_materialization_events()
        return {
            e.asset_key.path[-1]: e.materialization.tags["dagster/data_version"]
            for e in events
            if e.asset_key.path[1] == "source"
        }

    before = versions()
    project.files(jobs="job_id,customer_id,title,status\nJ1,1,Other,open\n")
    after = versions()

    assert {name for name in before if before[name] != after[name]} == {"job"}


def test_a_plan_before_an_inventory_says_what_is_missing(defs, instance, project):
    result = execute(defs, instance, project, "plan")

    assert not result.success
    assert "these objects have not been extracted" in failure_of(result).user_failure_data.description
    assert last_result(project, "plan").result["exit_code"] == 2


def test_an_odoo_that_does_not_answer_is_worth_another_try(defs, instance, project):
    execute(defs, instance, project, "inventory")

    with (
        dg.build_init_resource_context() as context,
        Engine().yield_for_execution(context) as engine,
        pytest.raises(dg.Failure) as failure,
        engine.run("toy-co", "run-1", "plan") as run,
    ):
        assert run.client

    assert failure.value.allow_retries is True
    assert last_result(project, "plan").result["exit_code"] == 1


def test_a_run_without_a_migration_says_so(defs, instance, project):
    job = defs.resolve_job_def("toy_doctor")

    result = job.execute_in_process(instance=instance, raise_on_error=False)

    assert not result.success
    assert "without a migration" in failure_of(result).user_failure_data.description


def test_an_approval_needs_the_config_that_the_ui_asks_for(defs, instance, project):
    with pytest.raises(dg.DagsterInvalidConfigError, match="who"):
        execute(defs, instance, project, "approve", comment="no name")


# -- the command line's way -------------------------------------------------------------------------------------------------


@pytest.fixture
def launched(project, monkeypatch, defs):
    """Launch a verb as the command line does, in an instance of the project's own."""
    module = types.ModuleType("flitstack_pipeline.definitions")
    module.defs = defs
    monkeypatch.setitem(sys.modules, "flitstack_pipeline.definitions", module)
    (project.settings.root / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return lambda verb, **config: launch(project.settings, verb, "toy-co", config=config)


def test_a_verb_from_the_command_line_is_a_run_in_the_same_instance(launched, project):
    result = launched("inventory")

    assert (result.ok, result.exit_code, result.verb) == (True, 0, "inventory")
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs()
        assert (run.job_name, run.tags["dagster/partition"], run.run_id) == ("toy_inventory", "toy-co", result.run_id)
        assert run.tags["flitstack/verb"] == "inventory"
        assert instance.get_dynamic_partitions("toy_migrations") == ["toy-co"]


def test_a_verb_that_fails_gives_back_its_result(launched, monkeypatch):
    monkeypatch.delenv("TOY_KEY")
    launched("inventory")

    result = launched("plan")

    assert (result.ok, result.exit_code) == (False, 2)
    assert result.problems[0].startswith("environment variable TOY_KEY: is not set")
    assert "approve" not in result.next_step


def test_a_verb_that_breaks_gives_back_a_failed_result(launched, monkeypatch):
    def broken(run):
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("flitstack_pipeline.orchestration.jobs.doctor", broken)

    result = launched("doctor")

    assert (result.ok, result.exit_code, result.summary) == (False, 1, "doctor failed")
    assert "nobody foresaw this" in result.problems[0]
    assert result.run_id in result.next_step
