"""What is said once an order is recorded: a whole sentence for each, since no rule makes good English of them all."""

RECORDED = {
    # providers
    "register-provider": "The provider is registered.",
    "identify-provider": "What identifies the provider is recorded.",
    "change-provider-status": "The status of the provider is changed.",
    "rename-provider": "The provider has its new name.",
    "merge-provider": "The merger of the provider is recorded.",
    "recognise-provider": "It is recorded that the two entries are the same provider.",
    # decisions and funds
    "record-decision": "The decision is recorded.",
    "open-fund": "The fund is open.",
    "receive-allocation": "The allocation is recorded.",
    "confirm-allocation": "The allocation is confirmed.",
    "amend-allocation": "The change of the allocation is recorded.",
    "set-ring-fence": "The ring-fence is set.",
    "cap-administration": "The cap on administration is set.",
    "set-tolerance": "The tolerance is set.",
    "hold-earmark": "The money is kept aside.",
    "release-earmark": "The money is free again.",
    "state-total": "The stated total is recorded.",
    "carry-funds": "The money is carried over.",
    "return-underspend": "The money that went back is recorded.",
    # awards
    "register-award": "The award is registered.",
    "approve-award": "The award is approved.",
    "confirm-award-amount": "The amount of the award is confirmed.",
    "uplift-award": "The award is larger now.",
    "reduce-award": "The award is smaller now.",
    "extend-award": "The award is extended.",
    "end-award": "The end of the award is recorded.",
    "close-award": "The award is closed.",
    "withdraw-award": "The award is withdrawn.",
    "reissue-award": "The award is issued again.",
    "novate-award": "The award has passed to its new provider.",
    "transfer-award": "The transfer of the award is recorded.",
    "agree-measures": "The measures are agreed.",
    "attach-document": "The document is on file.",
    "record-single-tender": "The single tender is recorded.",
    "record-second-tier": "The second tier is recorded.",
    "plan-milestone": "The milestone is planned.",
    "reschedule-milestone": "The milestone has its new day.",
    "complete-milestone": "The milestone is recorded as met.",
    "miss-milestone": "The milestone is recorded as missed.",
    "waive-milestone": "The milestone is waived.",
    "schedule-monitoring": "What the award must report, and when, is recorded.",
    "set-condition": "The condition is set.",
    "meet-condition": "The condition is recorded as met.",
    "waive-condition": "The condition is waived.",
    # payments and spend
    "schedule-payment": "The payment is planned.",
    "approve-payment": "The payment is approved.",
    "hold-payment": "The payment is held.",
    "free-payment": "The payment may be made again.",
    "cancel-payment": "The payment is cancelled.",
    "record-payment": "The payment is recorded.",
    "claw-back-payment": "The money that came back is recorded.",
    "set-profile": "The profile is set.",
    "report-spend": "The spend is recorded.",
    "plan-surplus": "The plan for the surplus is recorded.",
    "settle-surplus-plan": "The answer to the plan is recorded.",
    # pools
    "describe-pool": "The pool is recorded.",
    "promise-contribution": "The promise is recorded.",
    "receive-contribution": "The contribution is recorded.",
    "record-partner-withdrawal": "It is recorded that the partner dropped out.",
    # bids
    "prepare-bid": "The bid is recorded.",
    "earmark-match": "The match is kept aside.",
    "submit-bid": "It is recorded that the bid was sent.",
    "win-bid": "The bid is recorded as won.",
    "lose-bid": "The bid is recorded as lost.",
    # what is owed, and reports
    "move-obligation": "What is owed has its new day.",
    "meet-obligation": "What was owed is recorded as received.",
    "waive-obligation": "What was owed is waived.",
    "declare-nil-return": "You declared a nil return.",
    "submit-report": "You sent your report.",
    "correct-report": "You sent your report again, put right.",
    "send-back-report": "You sent the report back.",
    "accept-report": "You accepted the report.",
    # returns
    "open-return": "The return is open.",
    "comment-on-return": "Your comment is recorded.",
    "apportion-report": "How the report counts is recorded.",
    "fill-return": "The return is filled in.",
    "sign-off-return": "You signed the return off.",
    "submit-return": "It is recorded that the return was sent.",
    "restate-return": "The new version of the return is begun.",
    "publish-return": "The return is published.",
    # the office
    "add-holiday": "The holiday is recorded.",
    "remove-holiday": "The holiday is taken off.",
    "set-chase": "The steps of reminding are set.",
    "seal-log": "The log is sealed.",
}
"""By the name of the order: every one that a person gives."""

ALREADY = "That is recorded already. Nothing was changed."


def recorded_words(name: str) -> str | None:
    """What is said when an order was recorded; nothing, if no person gives it."""
    return RECORDED.get(name)
