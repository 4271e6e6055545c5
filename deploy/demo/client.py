"""A client of the three services that calls methods by name with plain values, as any gRPC tool could."""

import importlib
import time
from collections.abc import Mapping
from typing import Any, Self

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor, ServiceDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

SECONDS = 15  # the deadline of a call
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED, grpc.StatusCode.RESOURCE_EXHAUSTED)


class Client:
    """One service at `address`. A command that may not have come through is sent again with the same id."""

    def __init__(self, service: str, address: str, token: str) -> None:
        self.service = service
        module = importlib.import_module(f"thidua.{service}.v1.{service}_pb2")
        self._api: ServiceDescriptor = module.DESCRIPTOR.services_by_name[f"{service.title()}Service"]
        self._channel = grpc.insecure_channel(address)
        self._metadata = (("authorization", f"Bearer {token}"),)

    def call(self, method: str, fields: Mapping[str, Any], seconds: float = SECONDS) -> Any:
        """The response. Raises KeyError for an unknown method, ParseError for an unknown field, grpc.RpcError."""
        described = self._api.methods_by_name[method]
        response: Any = GetMessageClass(described.output_type)
        remote = self._channel.unary_unary(
            f"/{self._api.full_name}/{method}", lambda message: message.SerializeToString(), response.FromString
        )
        request = message(described.input_type, fields)
        end = time.monotonic() + seconds
        said: grpc.RpcError | None = None
        while True:
            try:
                return remote(request, timeout=max(end - time.monotonic(), 0.1), metadata=self._metadata)
            except grpc.RpcError as error:
                if said is not None and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise said from None  # why it was asked again tells more
                if error.code() not in RETRIED or time.monotonic() + 0.2 > end:
                    raise
                said = error
                time.sleep(0.2)

    def ask(self, method: str, fields: Mapping[str, Any], read: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer of a query as plain values: what is not recorded is not there."""
        return MessageToDict(self.call(method, {**fields, "read": read or {}}), preserving_proto_field_name=True)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def message(descriptor: Descriptor, fields: Mapping[str, Any]) -> Message:
    """A message from plain values; an enum's value is told without the enum's name before it."""
    made: Any = GetMessageClass(descriptor)()
    ParseDict(_wire(descriptor, fields), made)
    return made  # type: ignore[no-any-return]


def _wire(descriptor: Descriptor, fields: Mapping[str, Any]) -> dict[str, Any]:
    known = descriptor.fields_by_name
    return {name: _value(known[name], value) if name in known else value for name, value in fields.items()}


def _value(field: FieldDescriptor, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(field, item) for item in value]
    if field.message_type:
        return _wire(field.message_type, value)
    if field.enum_type:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return prefix + value
    return value
