# Trains and scores a linear head. Letters in shapes: n rows, d numbers in a feature, c labels, k rows in a batch.
# Rows are taken in blocks of at most 2^16 numbers (256 KiB): what an epoch copies stays in the cache.
class HeadProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # In place: every column of x [n, d] gets mean 0 and (population) deviation 1. Sums are taken in float64.
  # Returns what was subtracted and what was divided by, [d] each.
  def standardize(self: __torch__.HeadProgram,
    x: Tensor) -> List[Tensor]:
    n, d = x.size(0), x.size(1)
    blocks = torch.split(x, max(1, 65536 // d))
    total = torch.zeros([d], dtype=7, device=x.device)
    for block in blocks:
      total.add_(torch.sum(block, [0], dtype=7))
    mean = total.div_(n).to(6)
    squares = total.zero_()
    for block in blocks:
      squares.add_(torch.sum(block.sub_(mean).square(), [0], dtype=7))
    deviation = squares.div_(n).sqrt_().to(6)
    # A column that is constant but for its rounding has no scale of its own.
    varies = torch.gt(deviation, torch.abs(mean).mul_(1.e-6))
    deviation = torch.where(varies, deviation, torch.ones_like(deviation))
    for block in blocks:
      block.div_(deviation)
    return [mean, deviation]

  # One pass of stochastic gradient descent over x [n, d] with labels y [n], in the order of its permutation [n] (int32).
  # parameters and velocity hold weight [c, d], then bias [c]; both are updated in place. A sample counts by labelWeight [c].
  # Returns the sum of the (unweighted) losses and the number of right answers, each sample's taken before the step it took
  # part in.
  def epoch(self: __torch__.HeadProgram,
    x: Tensor,
    y: Tensor,
    labelWeight: Tensor,
    order: Tensor,
    parameters: Tensor,
    velocity: Tensor,
    batch: int,
    learningRate: float,
    momentum: float,
    weightDecay: float) -> List[float]:
    n, d = x.size(0), x.size(1)
    c = parameters.size(0) // (d + 1)
    whole = n - n % batch
    sums = torch.zeros([2], dtype=7, device=x.device)
    for rows in torch.split(order.narrow(0, 0, whole), max(1, 65536 // (max(c, d) * batch)) * batch):
      sums.add_(self.steps(x, y, labelWeight, rows, parameters, velocity, batch, learningRate, momentum, weightDecay))
    if whole < n:
      rest = order.narrow(0, whole, n - whole)
      sums.add_(self.steps(x, y, labelWeight, rest, parameters, velocity, n - whole, learningRate, momentum, weightDecay))
    return [float(sums[0]), float(sums[1])]

  # Steps of exactly k rows, by torch.optim.SGD's rule:
  #   gradient = d(sum of labelWeight cross-entropy / k)/d(parameters) + weightDecay parameters
  #   velocity = momentum velocity + gradient;  parameters -= learningRate velocity
  # The gradient at the logits is labelWeight (softmax - one-hot), so no autograd is needed. Logits are [c, k] for large batches and
  # [k, c] for small ones: the engine's product and softmax take half the time that they take the other way round.
  def steps(self: __torch__.HeadProgram,
    x: Tensor,
    y: Tensor,
    labelWeight: Tensor,
    rows: Tensor,
    parameters: Tensor,
    velocity: Tensor,
    k: int,
    learningRate: float,
    momentum: float,
    weightDecay: float) -> Tensor:
    d = x.size(1)
    c = parameters.size(0) // (d + 1)
    weight = parameters.narrow(0, 0, c * d).view([c, d])
    bias = parameters.narrow(0, c * d, c)
    weightVelocity = velocity.narrow(0, 0, c * d).view([c, d])
    biasVelocity = velocity.narrow(0, c * d, c)
    xs = torch.index_select(x, 0, rows).view([-1, k, d]).unbind(0)
    labels = torch.index_select(y, 0, rows)
    share = torch.index_select(labelWeight, 0, labels).neg_()
    large = k >= 16
    if large:
      logitShape, dim, labels = [len(xs), c, k], 0, labels.view([-1, 1, k])
    else:
      logitShape, dim, labels = [len(xs), k, c], 1, labels.view([-1, k, 1])
    targets = torch.zeros(logitShape, dtype=6, device=x.device).scatter_(dim + 1, labels, share.view(labels.size())).unbind(0)
    ones = torch.ones([k], dtype=6, device=x.device)
    answers = annotate(List[Tensor], [])
    for i in range(len(xs)):
      if large:
        logits = torch.addmm(bias.unsqueeze(1), weight, xs[i].t())
      else:
        logits = torch.addmm(bias, xs[i], weight.t())
      logProbability = torch.log_softmax(logits, dim)
      answers.append(logProbability)
      error = torch._log_softmax_backward_data(targets[i], logProbability, dim, 6)
      if not large:
        error = error.t()
      weightVelocity.addmm_(error, xs[i], beta=momentum, alpha=1. / k)
      biasVelocity.addmv_(error, ones, beta=momentum, alpha=1. / k)
      if weightDecay != 0.:
        velocity.add_(parameters, alpha=weightDecay)
      parameters.add_(velocity, alpha=-learningRate)
    answer = torch.stack(answers)
    given = torch.gather(answer, dim + 1, labels)
    right = torch.eq(given, torch.amax(answer, [dim + 1], True))
    return torch.stack([given.sum(dtype=7).neg(), right.sum(dtype=7)])

  # Mean over x [n, d] of labelWeight [c] times the cross-entropy with labels y [n]; its gradient goes into gradient, which
  # is laid out as parameters. Sums of losses are taken in float64.
  def gradient(self: __torch__.HeadProgram,
    x: Tensor,
    y: Tensor,
    labelWeight: Tensor,
    parameters: Tensor,
    gradient: Tensor) -> float:
    n, d = x.size(0), x.size(1)
    c = parameters.size(0) // (d + 1)
    weight = parameters.narrow(0, 0, c * d).view([c, d])
    bias = parameters.narrow(0, c * d, c).unsqueeze(1)
    gradient.zero_()
    weightGradient = gradient.narrow(0, 0, c * d).view([c, d])
    biasGradient = gradient.narrow(0, c * d, c)
    rows = max(1, 65536 // max(c, d))
    xs = torch.split(x, rows)
    labels = torch.split(y, rows)
    loss = torch.zeros([1], dtype=7, device=x.device)
    for i in range(len(xs)):
      own = labels[i].unsqueeze(0)
      share = torch.index_select(labelWeight, 0, labels[i]).neg_().unsqueeze(0)
      answer = torch.log_softmax(torch.addmm(bias, weight, xs[i].t()), 0)
      loss.add_(torch.gather(answer, 0, own).mul_(share).sum(dtype=7))
      target = torch.zeros_like(answer).scatter_(0, own, share)
      error = torch._log_softmax_backward_data(target, answer, 0, 6)
      weightGradient.addmm_(error, xs[i], alpha=1. / n)
      biasGradient.add_(error.sum(1), alpha=1. / n)
    return float(loss[0]) / n

  # Answers of weight [c, d] and bias [c] to x [n, d] with labels y [n]:
  # the likeliest label [n] (int32), the log of the probability given to y [n] and the probability of the likeliest [n].
  def score(self: __torch__.HeadProgram,
    x: Tensor,
    y: Tensor,
    weight: Tensor,
    bias: Tensor) -> List[Tensor]:
    n = x.size(0)
    rows = max(1, 65536 // max(weight.size(0), weight.size(1)))
    xs = torch.split(x, rows)
    labels = torch.split(y, rows)
    likeliest = annotate(List[Tensor], [])
    logProbability = annotate(List[Tensor], [])
    confidence = annotate(List[Tensor], [])
    for i in range(len(xs)):
      block = torch.log_softmax(torch.addmm(bias, xs[i], weight.t()), 1)
      likeliest.append(torch.argmax(block, 1).to(3))
      confidence.append(torch.exp(torch.amax(block, [1], False)))
      logProbability.append(torch.gather(block, 1, labels[i].unsqueeze(1)).squeeze(1))
    return [torch.cat(likeliest), torch.cat(logProbability), torch.cat(confidence)]

  # The cross-entropies of labels y [n] when the logits z of weight [c, d] and bias [c] are multiplied by factor, and their
  # first two derivatives by it, [3, n]: the derivatives are E[z] - z_y and Var[z] under the softmax of factor z.
  def scaled(self: __torch__.HeadProgram,
    x: Tensor,
    y: Tensor,
    weight: Tensor,
    bias: Tensor,
    factor: float) -> Tensor:
    rows = max(1, 65536 // max(weight.size(0), weight.size(1)))
    xs = torch.split(x, rows)
    labels = torch.split(y, rows)
    results = annotate(List[Tensor], [])
    for i in range(len(xs)):
      own = labels[i].unsqueeze(1)
      logits = torch.addmm(bias, xs[i], weight.t())
      logits = logits.sub_(torch.gather(logits, 1, own))
      answer = torch.log_softmax(logits * factor, 1)
      probability = torch.exp(answer)
      mean = (probability * logits).sum(1, True)
      variance = (probability * (logits - mean).square()).sum(1)
      results.append(torch.stack([torch.gather(answer, 1, own).neg().squeeze(1), mean.squeeze(1), variance]))
    return torch.cat(results, 1)
