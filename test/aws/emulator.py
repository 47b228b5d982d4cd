"""Starts MiniStack with one fault of its nested stacks repaired, and one type of resource more.

An update of a nested stack forgets the attributes of every resource that it does not change, so that
references to them (`Fn::GetAtt`) fail. Here such a resource keeps the attributes that it has.

MiniStack has route responses of WebSocket APIs, but its CloudFormation does not know their type.
"""

import json

from ministack.app import main
from ministack.services import apigateway
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


def route_response_create(logical_id, props, stack_name):
    api_id = props["ApiId"]
    # Here a reference to a route is `<api>/<route>`.
    route_id = props["RouteId"].rpartition("/")[2]
    data = {"routeResponseKey": props["RouteResponseKey"]}
    status, _, body = apigateway._create_route_response(api_id, route_id, data)
    if status >= 400:
        raise ValueError(f"{logical_id}: {body!r}")
    return f"{api_id}/{route_id}/{json.loads(body)['routeResponseId']}", {}


def route_response_delete(physical_id, props):
    apigateway._delete_route_response(*physical_id.split("/"))


provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::RouteResponse"] = {
    "create": route_response_create,
    "delete": route_response_delete,
}

if __name__ == "__main__":
    main()
