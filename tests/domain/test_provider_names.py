"""A provider under several names: renamed, merged, recognised as the same. History stays as it was written."""

from datetime import date

import pytest

from domain.errors import NotFound, Refusal
from domain.kernel import Role
from domain.providers.commands import (
    ChangeProviderStatus,
    ConfirmProvider,
    ConfirmStandsAlone,
    ConfirmTakesOver,
    MergeProvider,
    RecogniseProvider,
    RegisterProvider,
    RenameProvider,
)
from domain.providers.events import (
    Kind,
    ProviderMerged,
    ProviderRecognised,
    ProviderRegistered,
    ProviderRenamed,
    ProviderStatusChanged,
    Status,
)
from domain.providers.provider import Provider
from tests.story import given

TOMORROW = date(2017, 10, 17)
EMBRACE = ProviderRegistered(title="Embrace", kind=Kind.ORGANISATION, charity_number="1234567", company_number=None)
RENAMED = ProviderRenamed(title="Embrace for Children", since=date(2017, 9, 1), reason="Its own decision.")
MERGED = ProviderMerged(into="voice", merged_on=date(2017, 10, 1), reason="The two boards agreed.")
RECOGNISED = ProviderRecognised(same_as="voice", reason="One charity number.")


class TestRenaming:
    order = RenameProvider(
        provider="embrace", title="Embrace for Children", since=date(2017, 9, 1), reason="Its own decision."
    )

    def test_an_organisation_has_another_name_since_a_day(self) -> None:
        given(EMBRACE).when(self.order).then(RENAMED)
        provider = Provider().after([EMBRACE, RENAMED])
        assert provider.title == "Embrace for Children"

    def test_what_was_registered_stays_as_it_was_written(self) -> None:
        assert Provider().after([EMBRACE, RENAMED]).registered == EMBRACE
        register = RegisterProvider(provider="embrace", title="Embrace", charity_number="1234567")
        given(EMBRACE, RENAMED).when(register).then_nothing()

    def test_renaming_it_twice_records_it_once(self) -> None:
        given(EMBRACE, RENAMED).when(self.order).then_nothing()

    @pytest.mark.parametrize("since", [date(2017, 8, 1), date(2017, 10, 1)])
    def test_it_has_a_name_from_one_day(self, since: date) -> None:
        order = self.order.model_copy(update={"since": since})
        given(EMBRACE, RENAMED).when(order).then_refused("that name", Refusal)

    def test_a_name_is_recorded_for_one_reason(self) -> None:
        order = self.order.model_copy(update={"reason": "Another."})
        given(EMBRACE, RENAMED).when(order).then_refused(r"for another reason \(reason\)", Refusal)

    def test_a_name_recorded_later_that_holds_from_an_earlier_day_is_a_former_one(self) -> None:
        order = self.order.model_copy(update={"title": "Embrace Trust", "since": date(2016, 4, 1)})
        earlier = ProviderRenamed(title="Embrace Trust", since=date(2016, 4, 1), reason="Its own decision.")
        given(EMBRACE, RENAMED).when(order).then(earlier)
        provider = Provider().after([EMBRACE, RENAMED, earlier])
        assert provider.title == "Embrace for Children"
        assert provider.named_on(date(2016, 12, 31)) == "Embrace Trust"
        assert provider.named_on(date(2016, 3, 31)) == "Embrace"
        given(EMBRACE, RENAMED, earlier).when(order).then_nothing()
        given(EMBRACE, RENAMED, earlier).when(self.order).then_nothing()

    def test_it_may_have_its_old_name_again(self) -> None:
        back = self.order.model_copy(update={"title": "Embrace"})
        given(EMBRACE, RENAMED).when(back).then(RENAMED.model_copy(update={"title": "Embrace"}))

    def test_a_name_is_not_recorded_before_its_day(self) -> None:
        given(EMBRACE).when(self.order.model_copy(update={"since": TOMORROW})).then_refused("record it then", Refusal)

    def test_a_provider_that_is_renamed_still_takes_awards(self) -> None:
        given(EMBRACE, RENAMED).when(ConfirmProvider(provider="embrace")).then_nothing()


class TestMerging:
    order = MergeProvider(
        provider="embrace", into="voice", merged_on=date(2017, 10, 1), reason="The two boards agreed."
    )

    def test_an_organisation_becomes_part_of_another_that_stands_alone(self) -> None:
        story = given(EMBRACE).when(self.order)
        story.then(MERGED)
        assert story.orders() == [ConfirmTakesOver(provider="voice")]

    def test_nothing_becomes_part_of_one_that_has_ceased_or_merged_itself(self) -> None:
        takes_over = ConfirmTakesOver(provider="embrace")
        ceased = ProviderStatusChanged(status=Status.CEASED, reason="It closed.")
        given(EMBRACE, ceased).when(takes_over).then_refused("embrace has ceased: nothing can become part", Refusal)
        given(EMBRACE, MERGED).when(takes_over).then_refused("itself joined to voice: join to that one", Refusal)
        given(EMBRACE).when(takes_over).then_nothing()

    def test_merging_it_differently_says_what_is_on_record(self) -> None:
        order = self.order.model_copy(update={"merged_on": date(2017, 9, 1)})
        given(EMBRACE, MERGED).when(order).then_refused("on record is merged_on: 1 October 2017", Refusal)

    def test_it_takes_no_new_awards_and_keeps_its_name(self) -> None:
        given(EMBRACE, MERGED).when(ConfirmProvider(provider="embrace")).then_refused("is ceased", Refusal)
        provider = Provider().after([EMBRACE, MERGED])
        assert (provider.title, provider.same_as) == ("Embrace", "voice")

    def test_it_is_never_made_active_again(self) -> None:
        order = ChangeProviderStatus(provider="embrace", status=Status.ACTIVE, reason="A slip.")
        given(EMBRACE, MERGED).when(order).then_refused("became part of voice: awards go to that one", Refusal)
        ceased = order.model_copy(update={"status": Status.CEASED})
        given(EMBRACE, MERGED).when(ceased).then_nothing()

    def test_merging_it_twice_records_it_once(self) -> None:
        story = given(EMBRACE, MERGED).when(self.order)
        story.then_nothing()
        assert story.orders() == []

    def test_an_organisation_merges_into_one_other(self) -> None:
        order = self.order.model_copy(update={"into": "remedi"})
        given(EMBRACE, MERGED).when(order).then_refused("embrace is joined to voice already", Refusal)
        given(EMBRACE, RECOGNISED).when(order).then_refused("embrace is joined to voice already", Refusal)

    def test_two_names_that_were_recognised_as_one_may_still_merge_and_one_then_takes_no_awards(self) -> None:
        given(EMBRACE, RECOGNISED).when(self.order).then(MERGED)
        assert Provider().after([EMBRACE, RECOGNISED, MERGED]).status is Status.CEASED

    def test_an_organisation_that_has_ceased_may_be_found_to_have_merged(self) -> None:
        ceased = ProviderStatusChanged(status=Status.CEASED, reason="It closed.")
        given(EMBRACE, ceased).when(self.order).then(MERGED)

    def test_an_organisation_does_not_merge_in_the_future(self) -> None:
        given(EMBRACE).when(self.order.model_copy(update={"merged_on": TOMORROW})).then_refused("in the future")


class TestRecognising:
    order = RecogniseProvider(provider="embrace", same_as="voice", reason="One charity number.")

    def test_two_entries_are_found_to_be_one_organisation(self) -> None:
        story = given(EMBRACE).when(self.order)
        story.then(RECOGNISED)
        assert story.orders() == [ConfirmStandsAlone(provider="voice")]

    def test_nothing_is_rewritten_and_awards_may_still_go_to_it(self) -> None:
        provider = Provider().after([EMBRACE, RECOGNISED])
        assert (provider.registered, provider.title, provider.same_as) == (EMBRACE, "Embrace", "voice")
        given(EMBRACE, RECOGNISED).when(ConfirmProvider(provider="embrace")).then_nothing()

    def test_the_entry_it_is_the_same_as_must_be_active_too(self) -> None:
        story = given(EMBRACE, RECOGNISED).when(ConfirmProvider(provider="embrace"))
        (order,) = story.orders()
        assert order == ConfirmProvider(provider="voice", named_by="embrace")
        ceased = ProviderStatusChanged(status=Status.CEASED, reason="It closed.")
        given(EMBRACE, ceased).when(order).then_refused(
            "embrace is the same organisation as voice, which is ceased", Refusal
        )

    def test_recognising_it_twice_records_it_once(self) -> None:
        story = given(EMBRACE, RECOGNISED).when(self.order)
        story.then_nothing()
        assert story.orders() == []
        given(EMBRACE, MERGED).when(self.order).then_nothing()

    def test_an_entry_is_joined_to_one_other(self) -> None:
        order = self.order.model_copy(update={"same_as": "remedi"})
        given(EMBRACE, RECOGNISED).when(order).then_refused("embrace is joined to voice already", Refusal)


@pytest.mark.parametrize(
    "order",
    [
        MergeProvider(provider="embrace", into="embrace", merged_on=date(2017, 10, 1), reason="A slip."),
        RecogniseProvider(provider="embrace", same_as="embrace", reason="A slip."),
    ],
)
def test_a_provider_is_not_joined_to_itself(order: MergeProvider | RecogniseProvider) -> None:
    given(EMBRACE).when(order).then_refused("cannot be joined to itself", Refusal)


@pytest.mark.parametrize("joined", [MERGED, RECOGNISED])
def test_nothing_is_joined_to_an_entry_that_is_itself_joined(joined: ProviderMerged | ProviderRecognised) -> None:
    given(EMBRACE, joined).when(ConfirmStandsAlone(provider="embrace")).then_refused(
        "embrace is itself joined to voice: join to that one", Refusal
    )
    given(EMBRACE).when(ConfirmStandsAlone(provider="embrace")).then_nothing()


def test_nothing_is_joined_to_an_entry_that_is_not_there() -> None:
    given().when(ConfirmStandsAlone(provider="voice")).then_refused("voice", NotFound)


def test_a_contract_manager_or_an_administrator_keeps_the_names() -> None:
    for order in (RenameProvider, MergeProvider, RecogniseProvider):
        assert order.may == {Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}
    assert not ConfirmStandsAlone.may
