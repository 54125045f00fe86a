resource "aws_cloudwatch_dashboard" "this" {
  for_each = var.files

  dashboard_name = "${var.name}-${each.key}"
  dashboard_body = file(each.value)
}
