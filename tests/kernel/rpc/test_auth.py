"""Tokens: what is accepted, and everything that is not."""

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.kernel import auth
from services.kernel.errors import Forbidden, Unauthenticated

OFFICERS = auth.new_key("thidua", "officers-1")
SCORING = auth.new_key("scoring", "scoring-1")


class Bench:
    """A token check with its key file, and a clock that a test may set."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "jwks.json"
        self.now = time.time()
        self.publish(OFFICERS, SCORING)
        self.tokens = auth.Tokens(auth.Keys(self.file), "registry", "thidua", clock=lambda: self.now)

    def publish(self, *keys: dict[str, Any]) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(auth.public(keys)))
        os.replace(new, self.file)  # noqa: PTH105

    def caller(self, token: str) -> auth.Caller:
        return self.tokens.caller(f"Bearer {token}")

    def refused(self, token: str) -> str:
        with pytest.raises(Unauthenticated) as caught:
            self.caller(token)
        return caught.value.en


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def officer(**changes: Any) -> str:
    return auth.issue(OFFICERS, "officer:an", ["registry"], **{"seconds": 60, **changes})


def signed(claims: dict[str, Any], key: dict[str, Any] = OFFICERS, header: dict[str, Any] | None = None) -> str:
    heads = {"alg": "Ed25519", "kid": key["kid"], **(header or {})}
    return jwt.encode(heads, claims, OKPKey.import_key(key), algorithms=["Ed25519", "EdDSA"])


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "thidua", "sub": "officer:an", "aud": "registry", "exp": now + 60, **changes}


def test_an_officers_token_names_actor_behalf_and_roles(bench: Bench) -> None:
    caller = bench.caller(officer(roles=["clerk"], on_behalf_of="bo-noi-vu"))
    assert caller == auth.Caller("officer:an", "bo-noi-vu", frozenset({"clerk"}))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_a_token_with_the_older_name_of_the_algorithm_is_accepted(bench: Bench) -> None:
    token = signed(claims(), header={"alg": "EdDSA"})
    assert bench.caller(token).actor == "officer:an"


def test_no_token_a_broken_one_and_one_too_long_are_refused(bench: Bench) -> None:
    for sent in (None, "", "Basic abc", "Bearer ", "Bearer a.b.c", "Bearer ..", "Bearer " + "a" * 5000, "Bearer é.é.é"):
        with pytest.raises(Unauthenticated):
            bench.tokens.caller(sent)


def test_a_token_for_another_service_is_refused(bench: Bench) -> None:
    assert "not meant for registry" in bench.refused(signed(claims(aud=["awards", "scoring"])))
    assert bench.caller(signed(claims(aud=["awards", "registry"]))).actor == "officer:an"


def test_a_token_of_a_foreign_issuer_is_refused(bench: Bench) -> None:
    assert "issuer" in bench.refused(signed(claims(iss="elsewhere")))


def test_a_token_signed_by_another_key_is_refused(bench: Bench) -> None:
    forged = auth.new_key("thidua", "officers-1")
    assert "not signed by a key" in bench.refused(auth.issue(forged, "officer:an", ["registry"], seconds=60))


def test_a_token_without_a_signature_is_refused(bench: Bench) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    for algorithm in ("none", "None", "Ed25519"):
        token = f"{part({'alg': algorithm, 'kid': 'officers-1'})}.{part(claims())}."
        assert "not signed by a key" in bench.refused(token)


def test_the_public_key_is_never_taken_for_a_shared_secret(bench: Bench) -> None:
    secret = OctKey.import_key(OFFICERS["x"].encode())
    token = jwt.encode({"alg": "HS256", "kid": "officers-1"}, claims(), secret)
    assert "not signed by a key" in bench.refused(token)


def test_a_changed_token_is_refused(bench: Bench) -> None:
    head, body, signature = officer().split(".")
    other = officer(on_behalf_of="bo-noi-vu").split(".")[1]
    assert "not signed by a key" in bench.refused(f"{head}.{other}.{signature}")
    assert bench.caller(f"{head}.{body}.{signature}").actor == "officer:an"


@pytest.mark.parametrize("expiry", [None, "soon", True, float("nan"), float("inf"), -(10**30)])
def test_a_token_without_a_real_expiry_is_refused(bench: Bench, expiry: Any) -> None:
    bench.refused(signed(claims(exp=expiry)))


def test_a_token_that_lives_longer_than_a_day_or_a_service_s_longer_than_an_hour_is_refused(bench: Bench) -> None:
    day, now = 24 * 3600, int(bench.now)
    assert bench.caller(officer(seconds=day)).actor == "officer:an"
    for token in (officer(seconds=day + 60), officer(seconds=317 * 365 * day), signed(claims(exp=now + day + 60))):
        assert "86400 seconds at most" in bench.refused(token)
    assert "86400 seconds at most" in bench.refused(signed(claims(iat=now - day, exp=now + 60)))
    own = [auth.issue(SCORING, "scoring", ["registry"], seconds=seconds) for seconds in (3600, 3660)]
    assert bench.caller(own[0]).actor == "scoring"
    assert "3600 seconds at most" in bench.refused(own[1])


def test_an_expired_token_is_refused_even_if_it_was_known(bench: Bench) -> None:
    token = officer()
    assert bench.caller(token).actor == "officer:an"
    bench.now += 60 + auth.LEEWAY + 1
    assert "expired" in bench.refused(token)


def test_a_token_of_the_future_is_refused_beyond_the_leeway(bench: Bench) -> None:
    assert "not valid yet" in bench.refused(signed(claims(nbf=int(bench.now) + 300)))
    assert "not valid yet" in bench.refused(signed(claims(iat=int(bench.now) + 300)))
    assert bench.caller(signed(claims(nbf=int(bench.now) + 10))).actor == "officer:an"


@pytest.mark.parametrize(
    "changes", [{"sub": None}, {"sub": ""}, {"sub": 7}, {"obo": ["x"]}, {"roles": [1]}, {"sub": "a\nb"}]
)
def test_a_token_that_names_no_proper_subject_is_refused(bench: Bench, changes: dict[str, Any]) -> None:
    bench.refused(signed(claims(**changes)))


def test_a_service_speaks_for_itself_alone(bench: Bench) -> None:
    own = auth.issue(SCORING, "scoring", ["registry"], seconds=60)
    assert bench.caller(own) == auth.Caller("scoring", None, frozenset({"service"}))
    assert "another" in bench.refused(auth.issue(SCORING, "officer:an", ["registry"], seconds=60))
    assert "issuer" in bench.refused(signed(claims(iss="thidua"), SCORING))


def test_nobody_speaks_for_a_service_but_the_service_itself(bench: Bench) -> None:
    bench.publish(OFFICERS, SCORING, auth.new_key("awards", "awards-1"))
    assert "another" in bench.refused(signed(claims(iss="scoring", sub="awards"), SCORING))
    assert "issuer" in bench.refused(signed(claims(iss="awards", sub="awards"), SCORING))
    assert "issuer" in bench.refused(signed(claims(iss="scoring", sub="scoring")))
    assert "subject is a service" in bench.refused(signed(claims(sub="scoring")))


def test_an_officers_token_never_has_the_role_of_a_service(bench: Bench) -> None:
    caller = bench.caller(officer(roles=["service", "clerk"]))
    auth.allow(caller, None)
    auth.allow(caller, {"clerk", "service"})
    with pytest.raises(Forbidden):
        auth.allow(caller, {"service"})


def test_keys_rotate_while_the_service_runs(bench: Bench) -> None:
    second = auth.new_key("thidua", "officers-2")
    token = auth.issue(second, "officer:binh", ["registry"], seconds=60)
    assert "not signed by a key" in bench.refused(token)
    bench.publish(OFFICERS, second)
    assert bench.caller(token).actor == "officer:binh"
    assert bench.caller(officer()).actor == "officer:an"
    bench.publish(second)
    bench.refused(auth.issue(auth.new_key("thidua", "unknown"), "officer:an", ["registry"], seconds=60))
    assert "not signed by a key" in bench.refused(officer())


def test_a_key_file_that_is_damaged_later_changes_nothing(bench: Bench) -> None:
    bench.file.write_text('{"keys": [')
    bench.refused(auth.issue(auth.new_key("thidua", "unknown"), "officer:an", ["registry"], seconds=60))
    assert bench.caller(officer()).actor == "officer:an"


def test_a_key_set_with_a_key_of_another_kind_is_refused() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0" * 4, "kid": "officers-1"}
    for keys in ([secret], [{**OFFICERS, "kid": ""}], [OFFICERS, OFFICERS]):
        with pytest.raises(ValueError, match="Ed25519"):
            auth.public_keys(json.dumps({"keys": keys}))


def test_a_service_renews_its_own_token_before_it_expires() -> None:
    token = auth.ServiceToken(SCORING, "registry", seconds=600)
    assert token.metadata() == token.metadata()
    token._until = time.time() + 200
    name, value = token.metadata()[0]
    assert name == "authorization"
    assert token._until > time.time() + 500
    assert value.startswith("Bearer ")
