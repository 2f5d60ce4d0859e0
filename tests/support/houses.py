"""Three houses that must not meet: two brands of one tenant and one of another, each with marked words of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import psycopg
from psycopg import sql

from memory.database import Database
from memory.domain.creator import CreatorFacts, IndexEntry, Stage
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Channel, Content, Gist, Intent, NewDraft, Purpose
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.templates import Wording
from memory.domain.workspace import Brand, Role, Scope, WorkspaceKind
from tests.support.database import Office, make_workspace
from tests.support.searching import AS_OF

CREATORS = 3  # of each tenant: ranks beyond a house's own list of one exist in its neighbour's


@dataclass(frozen=True)
class House:
    """A brand with what others may know of it (names, handles, codes) and what they may never read.

    `word` is in all its texts, `tenant_word` in the facts of its tenant's creators.
    """

    word: str
    tenant_word: str
    brand: Brand
    scopes: dict[Role, Scope]
    handles: tuple[str, ...]
    batch: str = ""

    @property
    def lead(self) -> Scope:
        return self.scopes[Role.LEAD]

    @property
    def product(self) -> str:
        return f"Leash of the {self.brand.name}"

    @property
    def shortlist(self) -> str:
        return f"best of {self.brand.name}"

    @property
    def template(self) -> str:
        return f"words of {self.brand.name}"

    def secrets_from(self, other: "House") -> tuple[str, ...]:
        """What this house must never be told of the other."""
        same_tenant = self.lead.tenant == other.lead.tenant
        return (other.word,) if same_tenant else (other.word, other.tenant_word)


class Index(Protocol):
    """Where creators are to be found."""

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        ...


async def three_houses(database: Database, index: Index, *, kind: WorkspaceKind = WorkspaceKind.DEMO) -> list[House]:
    """Two brands of one tenant and one of another, furnished alike."""
    ours = await make_workspace(database, kind=kind, name="Alder")
    theirs = await make_workspace(database, kind=kind, name="Birch", brands=1)
    plan = ((ours, 0, "quasarword"), (ours, 1, "nebulaword"), (theirs, 0, "pulsarword"))
    return [await _furnished(database, index, office, number, word) for office, number, word in plan]


async def _furnished(database: Database, index: Index, office: Office, number: int, word: str) -> House:
    brand = office.brands[number]
    tenant_word = f"tenant{office.tenant}word"
    handles = tuple(f"star{office.tenant}_{place}" for place in range(CREATORS))
    house = House(word, tenant_word, brand, {role: office.scopes[role, number] for role in Role}, handles)
    async with database.unit(house.lead) as unit:
        facts = [
            CreatorFacts(
                handle=one,
                name=f"{tenant_word} {one}",
                bio=f"cats {tenant_word}",
                market="US",
                email=f"{one}@example.com",
            )
            for one in handles
        ]
        await unit.creators.upsert(facts, source="file", as_of=AS_OF)
        await index.upsert(await unit.creators.to_index(after=CreatorId(0), limit=100))
        found = await unit.creators.by_handles(handles)
        creators = [found[one].id for one in handles]
        product = {"name": house.product, "link": f"https://example.com/{word}", "selling_points": (word,)}
        await unit.products.save(None, product, brand=brand.id)
        await unit.relations.update(creators, stage=Stage.CONTACTED, add_tags=(f"tag{brand.id}",), note=word)
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        wording = Wording(f"Hi {{name}}, {word}", f"{{name}}你好，{word}", "en")
        await unit.templates.keep(house.template, wording, purpose=Purpose.INVITE, brand=brand.id)
        items = [NewShortlistItem(creator, (), possible=False) for creator in creators]
        for name in (house.shortlist, f"private {word}"):
            await unit.shortlists.add(thread.id, items, total=len(items), criteria={"topic": word}, name=name)
        await unit.creator_messages.store(
            creators[0],
            brand=brand.id,
            source=f"test:{brand.id}",
            outside_id="1",
            text=f"How much do you pay? {word}",
            gist=Gist(Intent.PRICE, 90),
            received_at=unit.now,
        )
        batch = await unit.drafts.add_batch(
            [NewDraft(creator, _content(word), ()) for creator in creators],
            brand=brand.id,
            conversation=thread.id,
            purpose=Purpose.INVITE,
            channel=Channel.BY_HAND,
            product=None,
            decide_by=unit.now + timedelta(hours=24),
            fence=None,
        )
    for scope in house.scopes.values():
        async with database.unit(scope) as unit:
            await unit.preferences.add(f"only {word}", {})
    return House(word, tenant_word, brand, house.scopes, handles, batch.code)


def _content(word: str) -> Content:
    return Content(
        text=f"Hi {word}, we pay 10%",
        text_zh=f"嗨 {word}，佣金 10%",
        language="en",
        offer=Offer(commission_bp=1_000),
        paired=True,
    )


@dataclass(frozen=True)
class Ledger:
    """Reads every table as the superuser, whom no guard holds back."""

    line: psycopg.Connection

    def rows_of(self, them: House, *, seen_by: House) -> dict[str, str]:
        """A fingerprint of the house's rows by table: all of its tenant's, or its brand's and its members' alone."""
        if them.lead.tenant != seen_by.lead.tenant:
            return self._fingerprints("tenant_id", [them.lead.tenant])
        members = [scope.member for scope in them.scopes.values()]
        return self._fingerprints("brand_id", [them.brand.id]) | self._fingerprints("member_id", members)

    def crossings(self) -> list[str]:
        """Rows that point to a row of another tenant or brand, by foreign key."""
        columns: dict[str, set[str]] = {owner: set(self._tables_with(owner)) for owner in ("tenant_id", "brand_id")}
        found: list[str] = []
        for name, source, target, column, key in self.line.execute(_SINGLE_KEYS).fetchall():
            for owner, tables in columns.items():
                if {source, target} <= tables:
                    question = sql.SQL("select count(*) from {} s join {} t on s.{} = t.{} where s.{} <> t.{}")
                    parts = map(sql.Identifier, (source, target, column, key, owner, owner))
                    [(count,)] = self.line.execute(question.format(*parts)).fetchall()
                    found += [f"{name}: {count} of another {owner}"] if count else []
        return found

    def _tables_with(self, column: str) -> list[str]:
        return [name for (name,) in self.line.execute(_TABLES_WITH, [column]).fetchall()]

    def _fingerprints(self, column: str, owners: Sequence[int]) -> dict[str, str]:
        part = sql.SQL(
            "select {}, md5(coalesce(string_agg(r::text, '|' order by r::text), '')) from {} r where r.{} = any({})"
        )
        ids = sql.Literal([int(owner) for owner in owners])
        parts = [
            part.format(sql.Literal(f"{name}.{column}"), sql.Identifier(name), sql.Identifier(column), ids)
            for name in self._tables_with(column)
        ]
        assert parts, column
        return dict(self.line.execute(sql.SQL(" union all ").join(parts)).fetchall())


_TABLES_WITH = (
    "select c.table_name from information_schema.columns c"
    " join information_schema.tables t using (table_schema, table_name)"
    " where c.table_schema = 'public' and c.column_name = %s and t.table_type = 'BASE TABLE' order by 1"
)
_SINGLE_KEYS = (
    "select k.conname, s.relname, t.relname, a.attname, b.attname from pg_constraint k"
    " join pg_class s on s.oid = k.conrelid join pg_class t on t.oid = k.confrelid"
    " join pg_attribute a on a.attrelid = s.oid and a.attnum = k.conkey[1]"
    " join pg_attribute b on b.attrelid = t.oid and b.attnum = k.confkey[1]"
    " where k.contype = 'f' and cardinality(k.conkey) = 1 and k.connamespace = 'public'::regnamespace"
)
