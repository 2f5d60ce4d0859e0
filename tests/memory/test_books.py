"""Products, preferences, people, accounts, counters, files, imports, cursors and what waits without a job."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from memory.custody import ScopeCursors
from memory.database import Database
from memory.domain.account_stores import NewMember
from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.ids import BrandId
from memory.domain.import_stores import ImportedRow, ImportState, RowOutcome, RowVerdict
from memory.domain.money import Money
from memory.domain.workspace import BrandPolicy, Role, Scope
from memory.repositories.books import LARGEST_FILE
from tests.memory.test_units import begin_turn
from tests.support.database import Office, make_workspace


def _brand(scope: Scope) -> BrandId:
    assert scope.brand is not None
    return scope.brand


async def test_products_are_made_changed_and_kept_apart(database: Database, office: Office) -> None:
    scope = office.lead()
    fields = {
        "name": "Leash",
        "price": Money(1999, "USD"),
        "selling_points": ("strong",),
        "commission_ceiling_bp": 2000,
    }
    async with database.unit(scope) as unit:
        leash = await unit.products.save(None, fields, brand=_brand(scope))
        assert (leash.price, leash.selling_points, leash.sample) == (Money(1999, "USD"), ("strong",), None)
        changed = await unit.products.save(leash, {"sample": True, "price": None}, brand=_brand(scope))
        assert changed == replace(leash, sample=True, price=None)
        assert await unit.products.all() == [changed]
        for wrong in ({"name": " "}, {"commission_ceiling_bp": 10_001}, {"price": "12"}, {"colour": "red"}):
            with pytest.raises(BadRequest):
                await unit.products.save(leash, wrong, brand=_brand(scope))
    async with database.unit(office.lead(1)) as unit:
        assert await unit.products.by_id(leash.id) is None
        with pytest.raises(NotFound):
            await unit.products.save(leash, {"name": "Mine"}, brand=_brand(office.lead(1)))


async def test_preferences_are_each_members_own(database: Database, office: Office) -> None:
    async with database.unit(office.operator()) as unit:
        await unit.preferences.add("以后都只看美国的", {"markets": ["US"]})
        kept = await unit.preferences.add(" 以后都只看美国的 ", {"markets": ["US", "CA"]})
        assert await unit.preferences.all() == [kept]
    async with database.unit(office.approver()) as unit:
        assert await unit.preferences.all() == []
        await unit.preferences.forget(kept.id)
    async with database.unit(office.operator()) as unit:
        assert await unit.preferences.all() == [kept]
        await unit.preferences.forget(kept.id)
        assert await unit.preferences.all() == []


async def test_a_policy_and_members_are_changed(database: Database, office: Office) -> None:
    scope = office.lead()
    policy = BrandPolicy(
        own_drafts_approvable=False, commission_ceiling_bp=1500, window_end=time(18), rest_on_holidays=True,
        contacts_per_week=50,
    )  # fmt: skip
    async with database.unit(scope) as unit:
        await unit.people.save_policy(_brand(scope), policy)
        assert await unit.people.policy(_brand(scope)) == policy
        with pytest.raises(NotFound):
            await unit.people.save_policy(office.brands[1].id, policy)
        lin = await unit.people.save_member(None, {"login": "Lin", "name": "林", "role": "operator"})
        assert await unit.people.save_member(lin, {"role": "approver"}) == replace(lin, role=Role.APPROVER)
        with pytest.raises(Conflict, match="login_taken"):
            await unit.people.save_member(None, {"login": " LIN ", "name": "Other", "role": "viewer"})
        assert lin.id in {member.id for member in await unit.people.members()}
        assert [brand.id for brand in await unit.people.brands()] == [scope.brand]
    async with database.unit(office.lead(1)) as unit:
        assert await unit.people.policy(office.brands[1].id) == BrandPolicy()


async def test_sessions_identities_and_failures(database: Database, office: Office) -> None:
    now = datetime.now(UTC)
    async with database.across_tenants("sign-in") as service:
        accounts = service.accounts
        member = await accounts.make_member(
            office.tenant, NewMember("Mei", "Mei", Role.APPROVER, office.brands[1].id, password_hash="h1")
        )
        with pytest.raises(Conflict, match="login_taken"):
            await accounts.make_member(office.tenant, NewMember("mei ", "Mei", Role.VIEWER))
        found = await accounts.by_login("MEI")
        assert found is not None
        assert (found.tenant, found.member, found.password_hash) == (office.tenant, member, "h1")
        assert [brand.id for brand in await accounts.brands_of(found)] == [office.brands[1].id]
        await accounts.start_session(member.id, token_hash="t1", expires_at=now + timedelta(days=14))
        await accounts.start_session(member.id, token_hash="t2", expires_at=now - timedelta(seconds=1))
        assert await accounts.by_session("t1") == found
        assert await accounts.by_session("t2") is None
        await accounts.end_session("t1")
        assert await accounts.by_session("t1") is None
        await accounts.bind(member.id, kind="os_user", outside_id="mei")
        await accounts.bind(office.owner.member, kind="os_user", outside_id="mei")
        owner = await accounts.by_identity(kind="os_user", outside_id="mei")
        assert owner is not None
        assert owner.member.id == office.owner.member
        assert (await accounts.leads(office.tenant))[0].member.id == office.owner.member
        await accounts.record_failure(login="Mei", address="192.0.2.1")
        await accounts.record_failure(login="mei", address="192.0.2.2")
        assert await accounts.failures(login="MEI", address="192.0.2.1", minutes=15) == (2, 1)
        await accounts.clear_failures(login="mei")
        assert await accounts.failures(login="mei", address="192.0.2.1", minutes=15) == (0, 0)
        await accounts.set_password(member.id, "h2")
        await accounts.set_lang(member.id, "en")
    async with database.across_tenants("sign-in") as service:
        again = await service.accounts.by_id(member.id)
        assert again is not None
        assert (again.password_hash, again.member.lang) == ("h2", "en")


async def test_an_inactive_member_has_no_session(database: Database, office: Office) -> None:
    async with database.across_tenants("sign-in") as service:
        expires = datetime.now(UTC) + timedelta(days=1)
        await service.accounts.start_session(office.operator().member, token_hash="t", expires_at=expires)
    async with database.unit(office.lead()) as unit:
        member = next(each for each in await unit.people.members() if each.id == office.operator().member)
        await unit.people.save_member(member, {"active": False})
    async with database.across_tenants("sign-in") as service:
        assert await service.accounts.by_session("t") is None


async def test_quota_names_each_brand_of_the_scope(database: Database, office: Office) -> None:
    async with database.unit(office.owner) as unit:
        found = [
            (quota.brand, quota.minute_limit, quota.day_limit, quota.day_used) for quota in await unit.counters.quota()
        ]
    assert found == [("Acme 1", 10, 200, 0), ("Acme 2", 10, 200, 0)]


async def test_files_are_read_by_their_key_within_the_scope(database: Database, office: Office) -> None:
    async with database.unit(office.operator()) as unit:
        kept = await unit.files.keep(name="名单.csv", media_type="text/csv", content=b"a,b\n")
        with pytest.raises(BadRequest, match="file_too_large"):
            await unit.files.keep(name="big", media_type="text/csv", content=b"x" * (LARGEST_FILE + 1))
    async with database.unit(office.viewer()) as unit:
        assert await unit.files.read(kept.key) == kept
    async with database.unit(office.viewer(1)) as unit:
        assert await unit.files.read(kept.key) is None


async def test_an_import_keeps_every_row_and_learns_its_mapping(database: Database, office: Office) -> None:
    rows = [ImportedRow(number, (f"maker{number}", "1.2K")) for number in range(2, 8)]
    async with database.unit(office.operator()) as unit:
        run = await unit.imports.add(
            kind="creators",
            file_name="达人.csv",
            headers=["达人", "粉丝"],
            rows=rows,
            mapping={},
            mapping_name="learnt",
        )
        await unit.imports.map(run, {"达人": "handle", "粉丝": "followers"}, name="own")
        assert await unit.imports.rows(run, after=3, limit=2) == rows[2:4]
        await unit.imports.move(run, ImportState.QUEUED)
        with pytest.raises(Conflict):
            await unit.imports.map(run, {}, name="own")
        assert await unit.imports.learnt("creators", ["达人", "粉丝"]) is None
    async with database.across_tenants("sweep") as service:
        (waiting,) = await service.sweeps.imports(before=service.now + timedelta(minutes=1))
        assert (waiting.id, waiting.member) == (run, office.operator().member)
    async with database.unit(office.operator()) as unit:
        verdicts = [RowVerdict(row.number, RowOutcome.ADDED) for row in rows[:4]]
        await unit.imports.judge(run, [*verdicts, RowVerdict(6, RowOutcome.LEFT_OUT, "no handle")])
        await unit.imports.move(run, ImportState.DONE)
        await unit.imports.move(run, ImportState.RUNNING)
        assert await unit.imports.counts(run) == {
            "added": 4, "changed": 0, "same": 0, "left_out": 1, "rows": 6, "problems": 1,
        }  # fmt: skip
        assert await unit.imports.problems(run) == [(6, "no handle")]
        done = await unit.imports.lock(run)
        assert (done.state, done.ended_at) == (ImportState.DONE, unit.now)
        assert await unit.imports.learnt("creators", ["粉丝 ", "达人"]) == {"达人": "handle", "粉丝": "followers"}
    async with database.unit(office.operator(1)) as unit:
        assert await unit.imports.by_id(run) is None


async def test_a_turn_without_a_job_is_found_by_the_sweep(database: Database, office: Office) -> None:
    scope = office.operator()
    thread, fence = await begin_turn(database, scope)
    async with database.across_tenants("sweep") as service:
        assert await service.sweeps.turns(before=service.now - timedelta(minutes=1)) == []
        (waiting,) = await service.sweeps.turns(before=service.now + timedelta(minutes=1))
        assert (waiting.id, waiting.conversation, waiting.tenant) == (fence.turn, thread, office.tenant)
        assert (waiting.member, waiting.brand, waiting.role) == (scope.member, scope.brand, Role.OPERATOR)


async def test_cursors_and_the_audit_trail_are_the_tenants_own(database: Database, office: Office) -> None:
    rival = await make_workspace(database, name="Rival")
    ours, theirs = ScopeCursors(database, office.operator()), ScopeCursors(database, rival.operator())
    await ours.write("playground", "17")
    await ours.write("playground", "18")
    assert (await ours.read("playground"), await theirs.read("playground")) == ("18", None)
    async with database.unit(office.operator()) as unit:
        await unit.audit.record("file.exported", subject="shortlist:1", after=["a", "b"])
