# Logic alone: AWS is mocked.

mock_provider "aws" {}

variables {
  region       = "eu-central-1"
  state_bucket = "vectordb-test-state"
}

run "an_environment_has_a_short_lower_case_name" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "an_environment_has_no_two_hyphens_in_a_row" {
  command = plan

  variables {
    environment = "a--b"
  }

  expect_failures = [var.environment]
}
