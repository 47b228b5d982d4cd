"""Starts MiniStack with one fault of its nested stacks repaired.

An update of a nested stack forgets the attributes of every resource that it does not change, so that
references to them (`Fn::GetAtt`) fail. Here such a resource keeps the attributes that it has.
"""

from ministack.app import main
from ministack.services.cloudformation import _stacks, provisioners

update_resource = provisioners._update_resource


def update_with_attributes(
    resource_type,
    physical_id,
    old_props,
    new_props,
    stack_name,
    logical_id=None,
    old_attrs=None,
):
    if old_attrs is None:
        stack = _stacks.get(stack_name) or {}
        record = stack.get("_resources", {}).get(logical_id) or {}
        old_attrs = record.get("Attributes")
    return update_resource(
        resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs
    )


provisioners._update_resource = update_with_attributes

if __name__ == "__main__":
    main()
