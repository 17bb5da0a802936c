from apps.returns.models.backtests import BackTest, BackTestCase, BackTestTally
from apps.returns.models.policies import ConditionCode, PolicyVersion, ReasonCode, ReturnPolicy
from apps.returns.models.returns import (
    CustomerReturn,
    ExchangeLine,
    Override,
    ReturnAdjustment,
    ReturnLine,
)

__all__ = [
    "BackTest",
    "BackTestCase",
    "BackTestTally",
    "ConditionCode",
    "CustomerReturn",
    "ExchangeLine",
    "Override",
    "PolicyVersion",
    "ReasonCode",
    "ReturnAdjustment",
    "ReturnLine",
    "ReturnPolicy",
]
