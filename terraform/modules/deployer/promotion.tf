# What is promoted from another environment is read there by that environment's own role, in whatever account it is.
resource "aws_iam_role_policy" "promotion" {
  for_each = length(var.promotion_roles) == 0 ? [] : toset(["deployer", "planner"])

  name = "promotion"
  role = aws_iam_role.this[each.value].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Readers"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole"]
      Resource = var.promotion_roles
    }]
  })
}
