# A metric is found by the whole value of each of its dimensions. Those that a rendered file cannot know are put in here: an alarm or a
# metric of a node of the cache stands for one of each node.

locals {
  rendered = { for name, path in var.files : name => jsondecode(file(path)) }

  dashboards = { for name, dashboard in local.rendered : name => merge(dashboard, { widgets = [for widget in dashboard.widgets : merge(widget, {
    properties = merge(widget.properties, { for list in ["alarms", "metrics"] : list => concat([for entry in widget.properties[list] : [
      for index, node in(strcontains(jsonencode(entry), "$${cache_node") ? var.cache_nodes : [""]) :
      jsondecode(replace(replace(jsonencode(entry), "$${cache_node}", node), "$${cache_node_number}", index + 1))
    ]]...) if can(widget.properties[list]) })
  })] }) }
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.dashboards

  dashboard_name = "${var.name}-${each.key}"
  dashboard_body = replace(replace(jsonencode(each.value), "$${load_balancer}", var.load_balancer), "$${target_group}", var.target_group)
}
