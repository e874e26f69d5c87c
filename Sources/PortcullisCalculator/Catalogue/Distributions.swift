import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let distributions = MethodGroup("Numerical kit", [normPPF])
}

private let normPPF = Method(
  "norm_ppf", "The standard normal quantile.",
  inputs: [.number("p", "probability", .from(0, to: 1))],
  outputs: [Output("value", "the x with P(Z ≤ x) = p; -inf at 0, inf at 1")],
  source: Source("§2", "Abramowitz and Stegun 26.2.23, then Halley's method")
) { inputs in ["value": .real(normalQuantile(inputs.number("p")))] }
