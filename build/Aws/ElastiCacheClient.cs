namespace VectorDb.Build.Aws;

/// <param name="AccessString">What the user may do, e.g. <c>on ~* +@all</c>; it begins with <c>off</c> for a user that is locked.</param>
internal sealed record CacheUser(string Id, string Status, string AccessString);

/// <summary>ElastiCache: the user that the services log in with.</summary>
internal sealed class ElastiCacheClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <returns>Null when there is no such user.</returns>
    public async Task<CacheUser?> FindUserAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await protocol.CallAsync("DescribeUsers", QueryForm.Empty.With("UserId", id), cancellationToken);
            return answer.Members("Users").Select(static user => new CacheUser(user.Text("UserId"), user.Text("Status"), user.Text("AccessString"))).FirstOrDefault();
        }
        catch (AwsException error) when (error.Code is "UserNotFound" or "UserNotFoundFault")
        {
            return null;
        }
    }

    /// <summary>
    /// Puts passwords and rights in force; the ones before are gone.
    /// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html
    /// </summary>
    /// <param name="passwords">One or two, so that a rotation has both for a while. They travel in the body of the request alone.</param>
    public Task ModifyUserAsync(string id, string accessString, IReadOnlyList<string> passwords, CancellationToken cancellationToken) =>
        protocol.CallAsync(
            "ModifyUser",
            QueryForm.Empty.With("UserId", id).With("AccessString", accessString)
                .With("AuthenticationMode.Type", "password").With("AuthenticationMode.Passwords", passwords),
            cancellationToken);

    public void Dispose() => protocol.Dispose();
}
