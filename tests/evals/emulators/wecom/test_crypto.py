"""The envelope against published vectors, and what must be true of every message."""

import base64
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.emulators.wecom.core.crypto import (
    BLOCK,
    Envelope,
    Unsealed,
    decrypt,
    encrypt,
    key_bytes,
    pad,
    random_key,
    unpad,
)

A = Envelope("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
C = Envelope("", ALPHABET, "wxb11529c136998cb6")
D = Envelope("spamtest", ALPHABET, "wx2c2769f8efd9abc2")
E = Envelope("hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "ww1436e0e65a779aee")
G = Envelope("aibottoken", ALPHABET, "")
FIXED = b"aaaabbbbccccdddd"

B_ENCRYPT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUk"
    "SUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekU"
    "NXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rU"
    "PA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+"
    "qN+E7Q=="
)
D_ENCRYPT = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh"
    "0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRj"
    "pA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6"
    "OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
F_ENCRYPT = (
    "Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGzBhzTtRLNshw2AEew+kkYcD+F"
    "q72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3JWcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka7ilEbjbf"
    "vhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQHE7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49HKYg84EpHSGXA"
    "yh+/oxwaWbvL6aSDPOYuPDGOCI8jmnKiypE+"
)


@pytest.mark.parametrize(
    ("envelope", "signature", "timestamp", "nonce", "encrypted", "inside"),
    [
        (
            A,
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            "1409659589",
            "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            ("1616140317555161061",),
        ),
        (
            A,
            "477715d11cdb4164915debcba66cb864d751f3e6",
            "1409659813",
            "1372623149",
            B_ENCRYPT,
            ("wx5823bf96d3bd56c7", "mycreate", "1409659813", "hello", "4561255354251345929", "218"),
        ),
        (
            D,
            "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
            "1409735669",
            "1320562132",
            D_ENCRYPT,
            ("gh_10f6c3c3ac5a", "oyORnuP8q7ou2gfYjqLzSIWZf0rs", "1409735668", "abcdteT", "6054768590064713728"),
        ),
        (
            E,
            "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb",
            "1476416373",
            "47744683",
            "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==",
            ("1288432023552776189",),
        ),
        (
            E,
            "0c3914025cb4b4d68103f6bfc8db550f79dcf48e",
            "1476422779",
            "1597212914",
            F_ENCRYPT,
            ("ChenJiaShun", "你好", "1456453720", "1000002"),
        ),
    ],
    ids="ABDEF",
)
def test_published_envelopes_open(
    envelope: Envelope, signature: str, timestamp: str, nonce: str, encrypted: str, inside: tuple[str, ...]
) -> None:
    text = envelope.open(signature, timestamp, nonce, encrypted)
    assert text == inside[0] or all(part in text for part in inside)
    with pytest.raises(Unsealed, match="signature"):
        envelope.open(signature, timestamp, nonce + "1", encrypted)


def test_a_fixed_random_makes_the_published_ciphertexts() -> None:
    c = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert C.seal("我是中文abcd123", random16=FIXED) == c
    g = (
        "jn1L23DB+6ELqJ+6bruv2zq+Ll3pM7DLiiYvnH/w8miYjBBhG1y8OUPPxHY83FxUyDw1hDHt9DnGZ9aV5qv7hGj9thxLZ3ilxJEj45J5/WYgPsUq"
        "/2pDE/j9gegBQneBCNpSVOM6Xr65VMXea3rNGiVpKj8/sll0vLOaM1OKG30="
    )
    message = '{"msgtype":"stream","stream":{"id":"s1","finish":false,"content":"查询中…"}}'
    assert G.seal(message, random16=FIXED) == g
    assert G.sign("1700000000", "nonce123", g) == "7f83db6054412b3799eb5afc9e7a1b602591dae0"


def test_a_bots_file_is_padded_and_encrypted_and_nothing_else() -> None:
    key = key_bytes(ALPHABET)
    assert base64.b64encode(encrypt(key, b"PNGDATA-0123456789")) == b"JdwOM2rIQlcp0DPsNAd0wjaZ0vax6rqvLd1tzbBXSUU="
    assert unpad(decrypt(key, encrypt(key, b"PNGDATA-0123456789"))) == b"PNGDATA-0123456789"


@pytest.mark.parametrize("length", range(66))
def test_every_length_goes_there_and_back(length: int) -> None:
    text = "x" * length
    sealed = A.seal(text, random16=FIXED)
    assert A.open(A.sign("1", "2", sealed), "1", "2", sealed) == text
    assert len(pad(text.encode())) % BLOCK == 0
    assert len(pad(bytes(BLOCK))) == 2 * BLOCK


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_is_never_taken_for_the_same_message(place: int, bit: int) -> None:
    sealed = bytearray(base64.b64decode(A.seal("批准 K7", random16=FIXED)))
    sealed[16 + place % (len(sealed) - 16)] ^= 1 << bit
    changed = base64.b64encode(bytes(sealed)).decode()
    with pytest.raises(Unsealed, match="signature"):
        A.open(A.sign("1", "2", A.seal("批准 K7", random16=FIXED)), "1", "2", changed)


@pytest.mark.parametrize(
    "other",
    [
        Envelope(A.token, A.aes_key, "wxsomebodyelse0001"),
        Envelope(A.token, ALPHABET, A.receive_id),
    ],
    ids=["receiver", "key"],
)
def test_another_receiver_or_key_fails_alike(other: Envelope) -> None:
    sealed = other.seal("hello", random16=FIXED)
    with pytest.raises(Unsealed):
        A.open(A.sign("1", "2", sealed), "1", "2", sealed)


@pytest.mark.parametrize("sealed", ["", "####", "YWJj", base64.b64encode(bytes(32)).decode()])
def test_what_is_no_envelope_is_refused_though_signed(sealed: str) -> None:
    with pytest.raises(Unsealed):
        A.open(A.sign("1", "2", sealed), "1", "2", sealed)


def test_new_keys_have_the_form_the_console_gives() -> None:
    keys = {random_key(Random(seed)) for seed in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 43 and key.isalnum() and len(key_bytes(key)) == 32 for key in keys)
