"""Who calls: Ed25519 JSON Web Tokens in the metadata `authorization: Bearer …`, checked in each service.

Every key of the JWKS file belongs to one issuer, which its member `iss` names: that of officers' tokens, or a service
by its own name. A service vouches for itself alone, nobody else speaks in its name, and only services have the role
"service". The file is read again
when it has changed: at an unknown `kid` at once, else within a minute.
"""

import base64
import hashlib
import json
import math
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.kernel.errors import Forbidden, Unauthenticated

ALGORITHMS = ["Ed25519", "EdDSA"]  # the same signature: RFC 9864's name, and the older one that issuers still send
SERVICE = "service"
LEEWAY = 30  # seconds between clocks
LONGEST_LIFE, LONGEST_LIFE_OF_A_SERVICE = 24 * 3600, 3600  # seconds of a token, from its issue
LONGEST_TOKEN = 4_096
_REREAD = 60  # seconds
_CACHED = 10_000

_log = structlog.get_logger()


class Caller(NamedTuple):
    """Who calls, for whom, and what they may do."""

    actor: str
    on_behalf_of: str | None
    roles: frozenset[str]


class Keys:
    """The public keys of a JWKS file, read again when it has changed. A file that cannot be read changes nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, int, int] | None = None
        self._read_at = 0.0
        self._keys: dict[str, OKPKey] = {}
        self.generation = 0
        """Grows with every change, so that what was concluded from older keys is forgotten."""
        self._read()

    def get(self, kid: str) -> OKPKey | None:
        if kid not in self._keys:
            self.refresh(0)
        return self._keys.get(kid)

    @property
    def issuers(self) -> set[str]:
        """Whom keys belong to by name."""
        told = (key.as_dict(private=False).get("iss") for key in self._keys.values())
        return {str(issuer) for issuer in told if issuer is not None}

    def refresh(self, seconds: float = _REREAD) -> None:
        if time.monotonic() - self._read_at < seconds:
            return
        try:
            self._read()
        except (OSError, ValueError, JoseError) as error:
            _log.warning("keys.unreadable", file=str(self._file), error=type(error).__name__)

    def _read(self) -> None:
        self._read_at = time.monotonic()
        found = self._file.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp == self._stamp:
            return
        self._keys = public_keys(self._file.read_text())
        self._stamp = stamp
        self.generation += 1


class Tokens:
    """Checks the tokens of callers of one service (the audience). A verified token is known until it expires."""

    def __init__(
        self,
        keys: Keys,
        audience: str,
        issuer: str,
        clock: Callable[[], float] = time.time,
        *,
        longest: float = LONGEST_LIFE,
        longest_of_a_service: float = LONGEST_LIFE_OF_A_SERVICE,
    ) -> None:
        self._longest = {True: longest, False: longest_of_a_service}
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._clock = clock
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._generation = keys.generation

    def caller(self, authorization: str | None) -> Caller:
        """The caller named by the metadata's `authorization`. Raises Unauthenticated."""
        if not authorization or not authorization.startswith("Bearer ") or len(authorization) > LONGEST_TOKEN:
            raise Unauthenticated(
                en="Send `authorization: Bearer <token>`.", vi="Cần gửi `authorization: Bearer <mã>`."
            )
        self._keys.refresh()
        if self._generation != self._keys.generation:
            self._known.clear()
            self._generation = self._keys.generation
        digest = hashlib.sha256(authorization.encode()).digest()
        now = self._clock()
        until, caller = self._known.get(digest, (0.0, None))
        if caller is None or now >= until:
            until, caller = self._verify(authorization.removeprefix("Bearer "), now)
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[digest] = (until, caller)
        return caller

    def _verify(self, token: str, now: float) -> tuple[float, Caller]:
        try:
            issuer, claims = self._decode(token)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise _refusal(en="is not signed by a key that we know", vi="không do khoá đã biết ký") from None
        if claims.get("iss") != issuer:
            raise _refusal(
                en="names an issuer that its key does not belong to", vi="có nơi phát hành không khớp với khoá"
            )
        if self._audience not in _listed(claims.get("aud")):
            raise _refusal(en=f"is not meant for {self._audience}", vi=f"không dành cho {self._audience}")
        until, since = _moment(claims, "exp"), max(_moment(claims, "nbf", 0), _moment(claims, "iat", 0))
        if now >= until + LEEWAY:
            raise _refusal(en="has expired", vi="đã hết hạn")
        if now < since - LEEWAY:
            raise _refusal(en="is not valid yet", vi="chưa có hiệu lực")
        longest = self._longest[issuer == self._issuer]
        if until - _moment(claims, "iat", now) > longest + LEEWAY:
            raise _refusal(
                en=f"may live {longest:.0f} seconds at most", vi=f"chỉ được có hiệu lực tối đa {longest:.0f} giây"
            )
        return until + LEEWAY, self._named(issuer, claims)

    def _decode(self, token: str) -> tuple[str, dict[str, Any]]:
        """The key's issuer and the claims, once the signature is right."""
        kid = _header(token)["kid"]
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise KeyError(kid)
        claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
        return str(key.as_dict(private=False).get("iss", self._issuer)), claims

    def _named(self, issuer: str, claims: dict[str, Any]) -> Caller:
        actor, behalf, roles = claims.get("sub"), claims.get("obo"), claims.get("roles", [])
        texts = [actor, *([behalf] if behalf is not None else []), *_listed(roles)]
        if not all(isinstance(text, str) and 0 < len(text) <= 200 and text.isprintable() for text in texts):
            raise _refusal(en="names no subject", vi="không nêu chủ thể")
        if issuer == self._issuer and actor in self._keys.issuers - {issuer}:
            raise _refusal(en="is an officer's, yet its subject is a service", vi="là của cán bộ nhưng nêu một dịch vụ")
        if issuer == self._issuer:
            return Caller(str(actor), behalf, frozenset(_listed(roles)) - {SERVICE})
        if actor != issuer:
            raise _refusal(
                en="is a service's, yet speaks for another", vi="là của một dịch vụ nhưng lại nhân danh bên khác"
            )
        return Caller(issuer, behalf, frozenset({SERVICE}))


def allow(caller: Caller, roles: Collection[str] | None) -> None:
    """Raises Forbidden unless the caller has one of the roles; None allows every caller that is known."""
    if roles is not None and caller.roles.isdisjoint(roles):
        raise Forbidden(
            en=f"This needs one of the roles: {', '.join(sorted(roles))}.",
            vi=f"Cần một trong các vai trò: {', '.join(sorted(roles))}.",
        )


def public_keys(jwks: str) -> dict[str, OKPKey]:
    """Keys by `kid`. Raises ValueError for a set that is not one of Ed25519 keys with different ids."""
    keys = KeySet.import_key_set(json.loads(jwks)).keys
    found = {str(key.kid): key for key in keys if isinstance(key, OKPKey) and key.kid and key.curve_name == "Ed25519"}
    if len(found) != len(keys):
        raise ValueError("every key needs a `kid` of its own and must be of the curve Ed25519")
    return found


def new_key(issuer: str, kid: str) -> dict[str, Any]:
    """A new private key of an issuer, as a JWK."""
    key = OKPKey.generate_key("Ed25519", parameters={"kid": kid, "use": "sig"})
    return {**key.as_dict(private=True), "iss": issuer}


def public(keys: Collection[dict[str, Any]]) -> dict[str, Any]:
    """The JWKS of private JWKs."""
    return {"keys": [{name: value for name, value in key.items() if name != "d"} for key in keys]}


def issue(
    key: dict[str, Any],
    subject: str,
    audience: Collection[str],
    *,
    seconds: int,
    roles: Collection[str] = (),
    on_behalf_of: str | None = None,
) -> str:
    """A token signed by a private JWK in the name of the issuer that the key belongs to."""
    now = int(time.time())
    claims = {"iss": key["iss"], "sub": subject, "aud": list(audience), "iat": now, "exp": now + seconds}
    optional = {"roles": list(roles)} if roles else {}
    behalf = {"obo": on_behalf_of} if on_behalf_of else {}
    signer = OKPKey.import_key(key)
    return jwt.encode({"alg": "Ed25519", "kid": key["kid"]}, {**claims, **optional, **behalf}, signer, ALGORITHMS)


class ServiceToken:
    """A service's own token for one peer, renewed before it expires."""

    def __init__(self, key: dict[str, Any], audience: str, seconds: int = 600) -> None:
        self._key = key
        self._audience = audience
        self._seconds = seconds
        self._token = ""
        self._until = 0.0

    def metadata(self) -> list[tuple[str, str]]:
        """The metadata of a call to the peer."""
        if time.time() > self._until - self._seconds / 2:
            self._until = time.time() + self._seconds
            self._token = issue(self._key, self._key["iss"], [self._audience], seconds=self._seconds)
        return [("authorization", f"Bearer {self._token}")]


def _header(token: str) -> Any:
    head = token.split(".", maxsplit=1)[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value] if isinstance(value, str) else []


def _moment(claims: dict[str, Any], name: str, default: float | None = None) -> float:
    """Seconds since 1970. A token without `exp` is refused."""
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refusal(en=f"has no valid `{name}`", vi=f"không có `{name}` hợp lệ")
    return value


def _refusal(*, en: str, vi: str) -> Unauthenticated:
    return Unauthenticated(en=f"The token {en}.", vi=f"Mã truy cập {vi}.")
