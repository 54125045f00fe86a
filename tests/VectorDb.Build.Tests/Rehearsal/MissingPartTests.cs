using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Environments.Rehearsal.Story;

namespace VectorDb.Build.Tests.Rehearsal;

public sealed class MissingPartTests
{
    [Fact]
    public void A_rehearsal_that_could_not_be_told_to_its_end_names_each_missing_part_with_the_command_that_installs_it()
    {
        var registry = MissingPart.Without("no-such-registry", "Image registry")!;

        var refusal = RehearsalException.Without([registry, new MissingPart("Compose", "its plugin is not on this machine", "apt-get install it")]);

        Assert.Contains("\nwithout Image registry: no-such-registry is not on this machine; to have it: sudo scripts/install-test-tools.sh\n", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("\nwithout Compose: its plugin is not on this machine; to have it: apt-get install it\n", refusal.Message, StringComparison.Ordinal);
    }
}
