"""Rules of who may what: roles, people who leave, deputies, the brand's policy, a lead's passes, silent creators."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from agent.team.passes import give_pass
from agent.team.policy_form import save_policy
from evals.suites.decisions.deciding import Deciding
from evals.suites.decisions.drafting import MOST_BATCHES, Drafting
from evals.suites.decisions.nouns import NOT_YET, Pass, Reversible, StandIn, Where
from memory.domain.chat import GiveFirstMessagePass, SavePolicy
from memory.domain.deputies import Deputy
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.outreach import Gist, Intent
from memory.domain.workspace import BrandPolicy, Role
from memory.unit_of_work import UnitOfWork

# What is typed, and what it means.
SHARES = {"100%": 10_000, "15%": 1_500}
FEES = {"": None, "50": 5_000}
SAMPLES = {"": None, "20": 2_000}
SIZES = {"20": 20, "1": 1, "2": 2, "200": 200}
DAYS = {"30": 30, "3": 3, "0": 0}
ROLES = (*Role, Role.APPROVER, Role.LEAD, Role.APPROVER)


class Team(Deciding, Drafting):
    """What people may do, and whom they may write to."""

    async def change_role(self, draw: Random) -> None:
        """The owner gives somebody another role, or they leave for a while."""
        signed = {who for known in self.waiting() for who in known.approvals} & {"anna", "ben", "lead"}
        who = draw.choice(sorted(signed) if signed and draw.random() < 0.7 else ["anna", "ben", "lead"])
        role, here = draw.choice(ROLES), draw.random() < 0.85
        await self.office.set_role(self.scope(who).member, role, active=here)
        self.books.roles[who] = role
        (self.books.away.discard if here else self.books.away.add)(who)
        self.tell(f"{who} is {role}{'' if here else ' and away'}")
        self.count("changes of a role")

    async def stand_in(self, draw: Random) -> None:
        """A lead lets somebody stand in for another one, who often decides at once; or takes it back."""
        given = [one for one in self.books.stand_ins if not one.revoked]
        if given and draw.random() < 0.35:
            await self._revoked(draw.choice(given))
        else:
            who = draw.choice(["operator", "viewer", "ben", "anna"])
            principal = draw.choice(["anna", "lead", "lead"] if who != "anna" else ["lead"])
            await self._stands_in(who, principal, days=draw.choice([1, 3, 10]))
            if draw.random() < 0.6:
                await self.approved(draw, draw.choice(self.unread()), who, later=True)

    async def change_policy(self, draw: Random) -> None:
        """Somebody fills in the form of the brand's policy; a lead's counts."""
        share, fee, sample = draw.choice(["100%", "100%", "15%"]), draw.choice([*FEES]), draw.choice([*SAMPLES])
        size, days = draw.choice(["20", "20", "1", "2", "200"]), draw.choice(["30", "30", "3", "0"])
        own, night = draw.random() < 0.6, draw.random() < 0.5
        form = SavePolicy(
            own_drafts_approvable=own, commission_ceiling=share, fee_ceiling=fee, sample_ceiling=sample,
            batch_ceiling=size, cool_down_days=days, night_by_hand=night,
        )  # fmt: skip
        after = replace(
            self.books.policy, own_drafts_approvable=own, commission_ceiling_bp=SHARES[share],
            fee_ceiling_minor=FEES[fee], sample_ceiling_minor=SAMPLES[sample], batch_ceiling=SIZES[size],
            cool_down_days=DAYS[days], night_by_hand=night,
        )  # fmt: skip
        await self.policy_set(draw.choice(["lead", "owner", "lead", "anna"]), form, after)

    async def policy_set(self, who: str, form: SavePolicy, after: BrandPolicy) -> None:
        """A member fills in the form, which means `after`; one who left cannot."""
        if who in self.books.away:
            return

        async def work(unit: UnitOfWork) -> bool:
            await save_policy(unit, form)
            return True

        may = self.books.may(who, Role.LEAD, self.now())
        if await self.carried_out(who, work):
            if not may:
                self.violate([f"{who} changed the policy and is no lead"])
            self.books.changes[who].append(Reversible(self.now(), None, self.books.policy, after))
            self.books.policy = after
            self.tell(f"{who} sets {after}")
            self.count("changes of the policy")

    async def price_changes(self, draw: Random) -> None:
        """The product costs more or less: a sample is worth another amount."""
        price = draw.choice([1_500, 3_000])

        async def work(unit: UnitOfWork) -> None:
            product = await unit.products.by_id(self.product)
            await unit.products.save(product, {"price": Money(price)}, brand=self.office.brand)

        await self.carried_out("owner", work)
        self.books.price = price
        self.tell(f"the product costs {price}")

    async def let_through(self, draw: Random) -> None:
        """A lead gives a creator a pass through the cool-down, others try; with it they are written to again."""
        gone = {known.creator for known in self.books.drafts.values() if known.first and known.where is Where.SENT}
        written = [place for place in range(3) if self.creators[place] in gone]
        place, who = draw.choice(written or [0, 1, 2]), draw.choice(["lead", "lead", "owner", "anna"])
        if who in self.books.away:
            return
        form = GiveFirstMessagePass(handle=f"creator{place:03d}", reason="met at a fair")

        async def work(unit: UnitOfWork) -> bool:
            await give_pass(unit, form)
            return True

        may = self.books.may(who, Role.LEAD, self.now())
        if await self.carried_out(who, work):
            if not may:
                self.violate([f"{who} gave a pass and is no lead"])
            given = self.books.passes[self.creators[place]]
            if all(one.used_by is not None for one in given):
                given.append(Pass())
            self.tell(f"{who} lets {place} through")
            self.count("passes")
            if len(self.books.stacks) < MOST_BATCHES:
                batch = await self.drafted(draw, "operator", [place], first=True)
                await self.approved(draw, batch, draw.choice(["lead", "anna"]), later=True)

    async def silence(self, draw: Random) -> None:
        """A creator asks to be left alone, answers, or is blocked for a while."""
        places = [place for place in range(3) if self.creators[place] in {each.creator for each in self.waiting()}]
        creator = self.creators[draw.choice(places if places and draw.random() < 0.8 else [0, 1, 2])]
        how = draw.choice(["opt_out", "answer", "block", "block", "unblock", "unblock", "unblock"])
        if how in ("opt_out", "answer"):
            await self._heard(creator, how)
        else:
            await self._blocked(creator, how == "block")
        self.tell(f"{creator}: {how}")
        self.count("creators silent" if how in ("opt_out", "block") else "creators heard")
        self.unsure = True

    async def _stands_in(self, who: str, principal: str, *, days: int) -> None:
        member, stands_for = self.scope(who).member, self.scope(principal).member

        async def work(unit: UnitOfWork) -> Deputy:
            until = unit.now + timedelta(days=days)
            return await unit.people.save_deputy(member, stands_for=stands_for, until=until)

        saved = await self.carried_out("owner", work)
        if saved is None:
            raise LookupError(who)
        known = next((one for one in self.books.stand_ins if one.id == saved.id), None)
        if known is None:
            known = StandIn(saved.id, who, principal, saved.given_at, saved.until)
            self.books.stand_ins.append(known)
        known.until = saved.until
        self.tell(f"{known}")
        self.count("deputies")

    async def _revoked(self, one: StandIn) -> None:
        async def work(unit: UnitOfWork) -> None:
            await unit.people.revoke_deputy(one.id)

        await self.carried_out("owner", work)
        one.revoked = True
        self.tell(f"{one}")
        self.count("deputies taken back")

    async def _heard(self, creator: CreatorId, how: str) -> None:
        """What waits for its creator ends with any answer."""
        intent = Intent.OPT_OUT if how == "opt_out" else Intent.INTERESTED

        async def work(unit: UnitOfWork) -> None:
            await unit.creator_messages.store(
                creator,
                brand=self.office.brand,
                source="machine",
                outside_id=f"{creator}-{len(self.told)}",
                text=how,
                gist=Gist(intent, 100),
                received_at=unit.now,
            )

        await self.carried_out("lead", work)
        if intent is Intent.OPT_OUT:
            self.books.opted_out.add(creator)
        for known in self.books.drafts.values():
            if known.creator != creator:
                continue
            known.needless = known.needless or (known.after is not None and known.where in NOT_YET)
            if known.where is Where.WAITING:
                known.where = Where.OVER

    async def _blocked(self, creator: CreatorId, blocked: bool) -> None:  # noqa: FBT001  # what it is from now on
        before = creator in self.books.blocked

        async def work(unit: UnitOfWork) -> None:
            await unit.relations.update([creator], blocked=blocked)

        await self.carried_out("lead", work)
        (self.books.blocked.add if blocked else self.books.blocked.discard)(creator)
        if before != blocked:
            self.books.changes["lead"].append(Reversible(self.now(), creator, before, blocked))
