using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tests.Infrastructure;

public sealed class ApplyProgressTests
{
    [Theory]
    [InlineData("module.database.aws_rds_cluster.this: Creation complete after 12m3s [id=vectordb-production]", "module.database.aws_rds_cluster.this: creation took 723 s")]
    [InlineData("aws_lb.this: Destruction complete after 10s", "aws_lb.this: destruction took 10 s")]
    [InlineData("aws_lb.this[\"a\"]: Modifications complete after 1h0m1s [id=x]", "aws_lb.this[\"a\"]: modifications took 3601 s")]
    [InlineData("module.database.aws_rds_cluster.this: Still creating... [2m0s elapsed]", "module.database.aws_rds_cluster.this: still creating after 2 min")]
    [InlineData("aws_lb.this: Still destroying... [id=arn:aws:x, 01m00s elapsed]", "aws_lb.this: still destroying after 1 min")]
    public void What_takes_long_is_told(string line, string told) => Assert.Equal(told, ApplyProgress.Of(line));

    [Theory]
    [InlineData("aws_s3_bucket.this: Creation complete after 1s [id=b]")]
    [InlineData("aws_s3_bucket.this: Still creating... [10s elapsed]")]
    [InlineData("aws_lb.this: Still destroying... [id=arn:aws:x, 00m10s elapsed]")]
    [InlineData("aws_s3_bucket.this: Creating...")]
    [InlineData("Apply complete! Resources: 50 added, 0 changed, 0 destroyed.")]
    [InlineData("")]
    public void What_does_not_is_left_out(string line) => Assert.Null(ApplyProgress.Of(line));
}
