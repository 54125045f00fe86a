using System.Text.Json;

namespace VectorDb.Build.Tests.Emulator;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ControlTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task A_fault_that_was_asked_for_comes_as_often_as_asked()
    {
        await aws.ControlAsync(HttpMethod.Post, "faults", new { service = "monitoring", action = "ListMetrics", times = 2, status = 400, code = "ExpiredToken", message = "The token has expired" });

        Assert.Equal("ExpiredToken", (await aws.QueryAsync("monitoring", "ListMetrics")).Descendants("Code").Single().Value);
        Assert.Equal("ExpiredToken", (await aws.QueryAsync("monitoring", "ListMetrics")).Descendants("Code").Single().Value);
        Assert.Empty((await aws.QueryAsync("monitoring", "ListMetrics")).Descendants("Code"));
    }

    [Fact]
    public async Task Every_call_is_recorded_with_who_made_it()
    {
        await aws.QueryAsync("autoscaling", "DescribeTags");

        var call = (await aws.ControlAsync(HttpMethod.Get, "calls")).EnumerateArray().Single(each => each.GetProperty("action").GetString() == "DescribeTags");
        Assert.Equal(["autoscaling:DescribeTags"], call.GetProperty("permissions").EnumerateArray().Select(static one => one.GetString()));
        Assert.Equal("autoscaling test 200", $"{Text(call, "service")} {Text(call, "principal")} {call.GetProperty("status").GetInt32()}");
    }

    [Fact]
    public async Task A_call_that_is_not_emulated_says_so_and_is_not_worth_a_retry()
    {
        var answer = await aws.QueryAsync("elasticache", "TestFailover", ("ReplicationGroupId", "a"), ("NodeGroupId", "0001"));

        Assert.Equal("NotEmulated", answer.Descendants("Code").Single().Value);
    }

    [Fact]
    public async Task A_call_that_comes_again_because_its_answer_was_lost_is_answered_as_before()
    {
        Assert.Equal(200, await PutParameterAsync("first", attempt: 1));
        Assert.Equal(200, await PutParameterAsync("first", attempt: 2));
        Assert.Equal(400, await PutParameterAsync("second", attempt: 1));
        Assert.Contains("attempt=2", Assert.Single((await aws.ControlAsync(HttpMethod.Get, "repeats")).EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protected_load_balancer_cannot_be_deleted()
    {
        var subnets = (await aws.QueryAsync("ec2", "DescribeSubnets")).Descendants("subnetId").Select(each => each.Value).ToList();
        var balancer = (await aws.QueryAsync("elasticloadbalancing", "CreateLoadBalancer", ("Name", "protected"), ("Subnets.member.1", subnets[0]), ("Subnets.member.2", subnets[1])))
            .Descendants("LoadBalancerArn").First().Value;
        await aws.QueryAsync(
            "elasticloadbalancing", "ModifyLoadBalancerAttributes", ("LoadBalancerArn", balancer), ("Attributes.member.1.Key", "deletion_protection.enabled"), ("Attributes.member.1.Value", "true"));

        Assert.Equal("OperationNotPermitted", (await aws.QueryAsync("elasticloadbalancing", "DeleteLoadBalancer", ("LoadBalancerArn", balancer))).Descendants("Code").Single().Value);
    }

    [Fact]
    public async Task A_locked_cache_user_is_opened_with_a_password()
    {
        await aws.QueryAsync(
            "elasticache", "CreateUser", ("UserId", "application"), ("UserName", "default"), ("Engine", "redis"), ("AccessString", "off ~* -@all"), ("AuthenticationMode.Type", "no-password-required"));

        var user = await aws.QueryAsync(
            "elasticache", "ModifyUser", ("UserId", "application"), ("AccessString", "on ~* &* +@all"), ("AuthenticationMode.Type", "password"), ("AuthenticationMode.Passwords.member.1", new string('x', 32)));

        Assert.Equal("password", user.Descendants("Type").Single().Value);
        Assert.Equal("on ~* &* +@all", user.Descendants("AccessString").Single().Value);
        Assert.Equal("InvalidParameterValue", (await aws.QueryAsync("elasticache", "ModifyUser", ("UserId", "application"), ("Passwords.member.1", "short"))).Descendants("Code").Single().Value);
    }

    private async Task<int> PutParameterAsync(string invocation, int attempt)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.Endpoint) { Content = new StringContent("""{"Name":"/repeated","Value":"once","Type":"String"}""") };
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonSSM.PutParameter");
        request.Headers.Add("amz-sdk-invocation-id", invocation);
        request.Headers.Add("amz-sdk-request", $"attempt={attempt}; max=3");
        request.Headers.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
