# An alarm for each thing that somebody must act on. Missing data is judged alarm by alarm: silence of a balancer means no
# traffic, silence of a worker's heartbeat means that it is dead.

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.what} Runbook: docs/runbook.md#${replace(each.key, "/-[0-9]+$/", "")}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing

  # Of few requests the percentile is the slowest. It counts all the same: ignored, an alarm that rang would keep ringing through a
  # quiet night. A single slow request is one minute of those that it takes.
  evaluate_low_sample_count_percentiles = startswith(each.value.statistic, "p") ? "evaluate" : null

  alarm_actions = [var.topic_arn]
  ok_actions    = [var.topic_arn]
}
