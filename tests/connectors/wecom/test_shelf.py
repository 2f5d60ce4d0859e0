"""What leaves a user's shelf is heard of: by whoever owes it, and by its reader where it was not given whole."""

from connectors.wecom.rations import shelf as rules
from connectors.wecom.rations.pieces import Text
from connectors.wecom.rations.shelf import GONE, MOST_WAITING, Ended, Give, Shelf, Waiting

DAY = 86_400.0
OPEN = Shelf(opened_at=1_000.0, seconds=48 * 3_600.0, most=5)


def answer(number: int, *, paused: bool = False, until: float = 0.0, pieces: int = 2) -> Waiting:
    """The answer to what was said so-manieth."""
    texts = tuple(Text(text=f"{number}.{place}") for place in range(pieces))
    return Waiting(of=f"q{number}#1", pieces=texts, member=1, owes=f"q{number}", paused=paused, until=until)


def put(shelf: Shelf, *answers: Waiting) -> Shelf:
    """One after another."""
    for one in answers:
        shelf = rules.put(shelf, one, gone="撤下了")
    return shelf


def names(shelf: Shelf) -> list[str]:
    """What waits, in order."""
    return [one.of for one in shelf.waiting]


def test_an_answer_has_ended_with_its_last_piece_and_not_before() -> None:
    shelf = put(OPEN, answer(1))
    ends = []
    for place in range(2):
        step = rules.next_step(shelf, now=1_001.0)
        assert isinstance(step, Give)
        assert step.place == place
        shelf = rules.given(shelf, step)
        ends.append(shelf.ended)
    assert ends == [(), (Ended(owes="q1"),)]
    assert rules.settled(shelf, shelf.ended).ended == ()


def test_one_of_which_a_piece_may_not_have_arrived_ends_so() -> None:
    shelf = rules.doubted(put(OPEN, answer(1, pieces=1)), note="", why=rules.UNCLEAR)
    (ended,) = rules.done(shelf).ended
    assert (ended, str(ended.failure)) == (Ended(owes="q1", why="channel_unclear"), "channel_unclear {}")


def test_one_without_a_word_has_ended_at_once() -> None:
    assert put(OPEN, answer(1, pieces=0)).ended == (Ended(owes="q1"),)


def test_where_too_many_wait_the_earliest_are_taken_off_and_both_sides_hear_of_it() -> None:
    shelf = OPEN
    for number in range(MOST_WAITING + 3):
        shelf = put(shelf, answer(number))
        begun = {"paused": True, "at": 1}
        waiting = tuple(one if one.of.startswith(GONE) else one.model_copy(update=begun) for one in shelf.waiting)
        shelf = shelf.model_copy(update={"waiting": waiting})
    assert shelf.ended == tuple(Ended(owes=f"q{number}", why="ration_shelf_full") for number in range(3))
    assert names(shelf) == [f"{GONE}q0#1", *(f"q{number}#1" for number in range(MOST_WAITING + 2, 2, -1))]


def test_what_is_too_old_is_taken_off_and_its_reader_hears_so_once() -> None:
    late = 5 * DAY
    shelf = put(OPEN, answer(1, until=4 * DAY), answer(2, until=4 * DAY), answer(3, until=6 * DAY))
    for _ in range(2):
        shelf = rules.without_the_old(shelf, now=late, gone="撤下了")
    assert names(shelf) == ["q3#1", f"{GONE}q1#1"]
    assert shelf.ended == tuple(Ended(owes=f"q{number}", why="ration_not_given") for number in (1, 2))
    assert rules.without_the_old(shelf, now=30 * DAY, gone="撤下了").waiting[0].pieces == (Text(text="撤下了"),)


def test_what_nobody_may_hear_any_more_ends_without_a_word_to_whoever_came_after() -> None:
    shelf = rules.without(put(OPEN, answer(1)), "q1#1")
    assert (shelf.waiting, shelf.ended) == ((), (Ended(owes="q1", why="reply_not_bound"),))
