using Amazon;

namespace VectorDb.Build.Aws;

/// <summary>The services without a package of their own, each over its protocol.</summary>
internal sealed class AwsServices(AwsConnection connection, TimeProvider time) : IDisposable
{
    public EcrClient Ecr { get; } = new(Json(connection, time, "ecr", "api.ecr", "AmazonEC2ContainerRegistry_V20150921"));

    public SecretsManagerClient SecretsManager { get; } = new(Json(connection, time, "secretsmanager", "secretsmanager", "secretsmanager"));

    public LogsClient Logs { get; } = new(Json(connection, time, "logs", "logs", "Logs_20140328"));

    public CertificateClient Certificates { get; } = new(Json(connection, time, "acm", "acm", "CertificateManager"));

    public AutoScalingClient AutoScaling { get; } = new(Query(connection, time, "autoscaling", "autoscaling", "2011-01-01"));

    public LoadBalancingClient LoadBalancing { get; } =
        new(Query(connection, time, "elasticloadbalancing", "elasticloadbalancing", "2015-12-01"));

    public CloudWatchClient CloudWatch { get; } = new(Query(connection, time, "monitoring", "monitoring", "2010-08-01"));

    public StsClient Sts { get; } = new(Query(connection, time, "sts", "sts", "2011-06-15"));

    public ElastiCacheClient ElastiCache { get; } = new(Query(connection, time, "elasticache", "elasticache", "2015-02-02"));

    public IamClient Iam { get; } = new(Global(connection, time, "iam", "2010-05-08"));

    public void Dispose()
    {
        Ecr.Dispose();
        SecretsManager.Dispose();
        Logs.Dispose();
        Certificates.Dispose();
        AutoScaling.Dispose();
        LoadBalancing.Dispose();
        CloudWatch.Dispose();
        Sts.Dispose();
        ElastiCache.Dispose();
        Iam.Dispose();
    }

    private static AwsJsonProtocol Json(AwsConnection connection, TimeProvider time, string signingName, string host, string target) =>
        new(new AwsTransport(connection, signingName, time), connection.EndpointOf(host), target);

    private static AwsQueryProtocol Query(AwsConnection connection, TimeProvider time, string signingName, string host, string version) =>
        new(new AwsTransport(connection, signingName, time), connection.EndpointOf(host), version);

    /// <summary>One service for all regions of a partition: https://docs.aws.amazon.com/general/latest/gr/iam-service.html</summary>
    private static AwsQueryProtocol Global(AwsConnection connection, TimeProvider time, string service, string version)
    {
        var (host, region) = RegionEndpoint.GetBySystemName(connection.Region).PartitionName switch
        {
            "aws-cn" => ($"{service}.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            "aws-us-gov" => ($"{service}.us-gov.amazonaws.com", "us-gov-west-1"),
            _ => ($"{service}.amazonaws.com", "us-east-1"),
        };
        return new(new AwsTransport(connection with { Region = region }, service, time), connection.Endpoint ?? new Uri($"https://{host}/"), version);
    }
}
