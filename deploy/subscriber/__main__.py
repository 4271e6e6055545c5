"""python -m deploy.subscriber TOPIC FILE: print the events of a public topic as they come.

Where Kafka is, and how to log in there, the environment says, by the settings of a service (`THIDUA_KAFKA…` in
docs/settings.md). FILE remembers what was seen. It may be killed at any moment and started again: it reads the topic
from the beginning and drops what it knows, so that no event is lost or remembered twice, whatever happens to the topic.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.subscriber.seen import Event, Seen, event
from services.kernel.kafka import Kafka
from services.kernel.settings import KafkaSettings, SettingsError, load


async def follow(kafka: Kafka, topic: str, seen: Seen) -> None:
    consumer = AIOKafkaConsumer(
        **kafka.options,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        metadata_max_age_ms=2_000,
    )
    try:
        await consumer.start()
        if topic not in await consumer.topics():
            print(f"There is no topic {topic} yet; waiting for it", file=sys.stderr, flush=True)
            while topic not in await consumer.topics():  # noqa: ASYNC110 (nobody tells of a new topic)
                await asyncio.sleep(1)
        consumer.subscribe([topic])
        async for record in consumer:
            told = event(record.headers, record.value)
            for new in seen.take(told) if told else []:
                print(line(new), flush=True)
    finally:
        await consumer.stop()


def line(event: Event) -> str:
    data = json.dumps(event.data, ensure_ascii=False, sort_keys=True)
    return f"{event.time}  {event.type}  {event.subject} #{event.sequence}  {data}"


async def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy.subscriber", description=__doc__)
    parser.add_argument("topic", help="such as thidua.awards.public")
    parser.add_argument("file", type=Path, help="remembers what was seen")
    arguments = parser.parse_args()
    try:
        kafka = load(KafkaSettings).reached()
    except SettingsError as error:
        parser.error(str(error))
    try:
        remembered = Seen(arguments.file)
    except (OSError, ValueError, TypeError) as error:
        parser.error(f"{arguments.file} cannot remember what was seen: {error}")
    with remembered as seen:
        while True:
            try:
                await follow(kafka, arguments.topic, seen)
            except KafkaError as error:
                print(f"Kafka: {error!r}; trying again", file=sys.stderr, flush=True)
            await asyncio.sleep(1)


if __name__ == "__main__":
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters of it is told above, once
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
