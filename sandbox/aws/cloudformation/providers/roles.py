"""AWS::IAM::Role with its inline policies. Development only."""

import json

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class RoleProvider(Provider):
    type = "AWS::IAM::Role"
    service = "iam"
    name_property = "RoleName"
    known = frozenset({"AssumeRolePolicyDocument", "Policies", "RoleName"})

    def create(self, name: str, properties: JsonObject) -> Resource:
        trust = json.dumps(properties["AssumeRolePolicyDocument"])
        role = self.client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        return Resource(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def complete(self, resource: Resource, properties: JsonObject) -> None:
        self._put_policies(resource.physical_resource_id, properties)

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        name = resource.physical_resource_id
        trust = json.dumps(properties["AssumeRolePolicyDocument"])
        self.client.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        self._delete_policies(name)
        self._put_policies(name, properties)
        return Resource(name, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self._delete_policies(resource.physical_resource_id)
        self.client.delete_role(RoleName=resource.physical_resource_id)

    def _put_policies(self, name: str, properties: JsonObject) -> None:
        for policy in properties.get("Policies", []):
            self.client.put_role_policy(
                RoleName=name,
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )

    def _delete_policies(self, name: str) -> None:
        for policy in self.client.list_role_policies(RoleName=name)["PolicyNames"]:
            self.client.delete_role_policy(RoleName=name, PolicyName=policy)
