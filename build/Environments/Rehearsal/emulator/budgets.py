"""Budgets: subscribers of a notification, and tags.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html
"""
import json

from moto.budgets.models import Notification
from moto.budgets.responses import BudgetsResponse


def _notification(self: BudgetsResponse) -> Notification | None:
    budget = self.backend.budgets[self._get_param("AccountId")].get(self._get_param("BudgetName"))
    wanted = self._get_param("Notification")
    same = ("NotificationType", "ComparisonOperator", "Threshold")
    return next((each for each in budget.notifications if all(each.details.get(key) == wanted.get(key) for key in same)), None)


def _subscribers(self: BudgetsResponse) -> str:
    found = _notification(self)
    return json.dumps({"Subscribers": found.subscribers if found else []})


def _tags(self: BudgetsResponse) -> str:
    return json.dumps({"ResourceTags": self.backend.__dict__.setdefault("vectordb_tags", {}).get(self._get_param("ResourceARN"), [])})


def _tag(self: BudgetsResponse) -> str:
    tags = self.backend.__dict__.setdefault("vectordb_tags", {}).setdefault(self._get_param("ResourceARN"), [])
    added = self._get_param("ResourceTags")
    tags[:] = [tag for tag in tags if tag["Key"] not in [each["Key"] for each in added]] + added
    return "{}"


def _untag(self: BudgetsResponse) -> str:
    tags = self.backend.__dict__.setdefault("vectordb_tags", {}).setdefault(self._get_param("ResourceARN"), [])
    tags[:] = [tag for tag in tags if tag["Key"] not in self._get_param("ResourceTagKeys")]
    return "{}"


def _update(self: BudgetsResponse) -> str:
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("NewBudget")["BudgetName"]]
    budget.budget.update(self._get_param("NewBudget"))
    return "{}"


def install() -> None:
    create = BudgetsResponse.create_budget

    def create_budget(self: BudgetsResponse) -> str:
        result = create(self)
        name = self._get_param("Budget")["BudgetName"]
        arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"
        self.backend.__dict__.setdefault("vectordb_tags", {})[arn] = self._get_param("ResourceTags") or []
        return result

    BudgetsResponse.create_budget = create_budget
    BudgetsResponse.update_budget = _update
    BudgetsResponse.describe_subscribers_for_notification = _subscribers
    BudgetsResponse.list_tags_for_resource = _tags
    BudgetsResponse.tag_resource = _tag
    BudgetsResponse.untag_resource = _untag
