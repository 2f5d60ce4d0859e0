from memory.database import Database
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from tests.support.database import Office


async def test_a_conversation_is_continued_and_its_transcript_kept(database: Database, office: Office) -> None:
    async with database.unit(office.operator()) as unit:
        begun = await unit.conversations.find_or_start(connector="webchat", chat="direct", now=unit.now)
        await unit.conversations.say(begun.id, author=Author.NOTICE, reply=Reply(text="Ana replied"), now=unit.now)
    async with database.unit(office.operator()) as unit:
        again = await unit.conversations.find_or_start(connector="webchat", chat="direct", now=unit.now)
        assert (again.id, again.unread) == (begun.id, 1)
        assert [line.reply.text for line in await unit.conversations.transcript(begun.id)] == ["Ana replied"]
    async with database.unit(office.operator()) as unit:
        assert [each.unread for each in await unit.conversations.mine()] == [0]
