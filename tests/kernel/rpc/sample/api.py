"""The sample's messages, compiled from its .proto when imported: they are no part of the product's own API."""

import tempfile
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc
from thidua.kernel.v1 import kernel_pb2

HERE = Path(__file__).parent
PROTO = Path(__file__).parents[4] / "proto"


def _service() -> ServiceDescriptor:
    assert kernel_pb2.DESCRIPTOR.name  # imported first, so that the pool knows what the sample imports
    with tempfile.NamedTemporaryFile(suffix=".binpb") as compiled:
        arguments = ["", f"-I{HERE}", f"-I{PROTO}", f"--descriptor_set_out={compiled.name}", "sample.proto"]
        assert protoc.main(arguments) == 0
        files = FileDescriptorSet.FromString(Path(compiled.name).read_bytes())
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(files.file[0].SerializeToString())
    return pool.FindServiceByName("thidua.sample.v1.SampleService")


SERVICE = _service()


def message(name: str) -> Any:
    """The class of a message, by its name."""
    return GetMessageClass(SERVICE.file.message_types_by_name[name])
