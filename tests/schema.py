"""A validator for the part of JSON Schema that the record's schema uses, so that tests need no other package."""

from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None),
    "boolean": bool,
}  # fmt: skip
_KNOWN = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "oneOf", "$ref",
    "minimum", "maximum", "discriminator", "title", "description", "default", "$defs",
}  # fmt: skip


def errors(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """What is wrong with a value, with where it stands; empty if nothing is."""
    if unknown := set(schema) - _KNOWN:
        return [f"{at}: this validator does not know {unknown}"]
    if "$ref" in schema:
        return errors(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    found: list[str] = []
    for key in ("anyOf", "oneOf"):
        if key in schema:
            fitting = [s for s in schema[key] if not errors(value, s, root, at)]
            if not fitting or (key == "oneOf" and len(fitting) > 1):
                found.append(f"{at}: fits {len(fitting)} of {key}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        return [*found, f"{at}: {value!r} is no {schema['type']}"]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{at}.{k}: is missing" for k in schema.get("required", ()) if k not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{at}.{k}: is unknown" for k in value if k not in properties]
        for k, part in properties.items():
            found += errors(value[k], part, root, f"{at}.{k}") if k in value else []
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            found += errors(item, schema["items"], root, f"{at}[{i}]")
    if isinstance(value, (int, float)):
        if "minimum" in schema and value < schema["minimum"]:
            found.append(f"{at}: {value} is too small")
        if "maximum" in schema and value > schema["maximum"]:
            found.append(f"{at}: {value} is too large")
    return found
