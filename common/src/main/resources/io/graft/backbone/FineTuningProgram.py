# Trains the last blocks of a ResNet together with a linear head on them, in float32.
# Letters in shapes: k images, c labels, d numbers in a feature, p numbers in all parameters.
#
# What all methods take:
# x: what the trained part takes: images [k, side, side, 3] (uint8) where it begins with the first convolution, else the maps
#   before its first block [k, channels, h, w] (float32).
# y: labels [k], int64.  share: how much each image counts [k].
# parameters [p]: weight [outputs, inputs, side, side] and bias [outputs] of each convolution, then the head's weight [c, d] and
#   bias [c].  shapes [convolutions, 3]: outputs, inputs, side.
# blocks: labels, first block that is trained, whether blocks are bottlenecks, then how many blocks each stage has.
# mean, deviation [d]: the head takes (feature - mean) / deviation.  scale, shift [3, 1, 1]: the normalization of a byte.
class FineTuningProgram(Module):
  __parameters__ = []
  __buffers__ = []

  def parts(self: __torch__.FineTuningProgram,
    parameters: Tensor,
    shapes: Tensor,
    labels: int) -> List[Tensor]:
    sizes = annotate(List[int], [])
    for i in range(shapes.size(0)):
      outputs, inputs, side = int(shapes[i][0]), int(shapes[i][1]), int(shapes[i][2])
      sizes.append(outputs * inputs * side * side)
      sizes.append(outputs)
    tail = 0
    for size in sizes:
      tail = tail + size
    sizes.append(parameters.size(0) - tail - labels)
    sizes.append(labels)
    flat = torch.split_with_sizes(parameters, sizes)
    parts = annotate(List[Tensor], [])
    for i in range(shapes.size(0)):
      parts.append(flat[2 * i].view([int(shapes[i][0]), int(shapes[i][1]), int(shapes[i][2]), int(shapes[i][2])]))
      parts.append(flat[2 * i + 1])
    parts.append(flat[len(flat) - 2].view([labels, -1]))
    parts.append(flat[len(flat) - 1])
    return parts

  def maps(self: __torch__.FineTuningProgram,
    x: Tensor,
    w: List[Tensor],
    blocks: Tensor,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    first = int(blocks[1])
    bottleneck = int(blocks[2]) == 1
    y = x
    k = 0
    if x.dtype == 0:
      # As [k, 3, side, side] in memory too: of several images in the order of their bytes, oneDNN's float32 convolutions came
      # out wrong by percents on a CPU with avx512_bf16.
      images = x.permute([0, 3, 1, 2]).contiguous().to(6).mul(scale).add(shift)
      y = torch.relu(torch.conv2d(images, w[0], w[1], [2, 2], [3, 3]))
      y = torch.max_pool2d(y, [3, 3], [2, 2], [1, 1])
      k = 2
    number = 0
    for stage in range(blocks.size(0) - 3):
      for block in range(int(blocks[stage + 3])):
        if number >= first:
          stride = 1
          if block == 0 and stage > 0:
            stride = 2
          if bottleneck:
            a = torch.relu(torch.conv2d(y, w[k], w[k + 1]))
            b = torch.relu(torch.conv2d(a, w[k + 2], w[k + 3], [stride, stride], [1, 1]))
            z = torch.conv2d(b, w[k + 4], w[k + 5])
            k = k + 6
          else:
            b = torch.relu(torch.conv2d(y, w[k], w[k + 1], [stride, stride], [1, 1]))
            z = torch.conv2d(b, w[k + 2], w[k + 3], [1, 1], [1, 1])
            k = k + 4
          if block == 0 and (stage > 0 or bottleneck):
            z = z + torch.conv2d(y, w[k], w[k + 1], [stride, stride])
            k = k + 2
          else:
            z = z + y
          y = torch.relu(z)
        number = number + 1
    return y

  def answers(self: __torch__.FineTuningProgram,
    x: Tensor,
    parts: List[Tensor],
    blocks: Tensor,
    mean: Tensor,
    deviation: Tensor,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    features = torch.mean(self.maps(x, parts, blocks, scale, shift), [2, 3])
    rows = (features - mean) / deviation
    return torch.log_softmax(torch.addmm(parts[len(parts) - 1], rows, parts[len(parts) - 2].t()), 1)

  # Sum of the unweighted cross-entropies and number of right answers [2], float32.
  def sums(self: __torch__.FineTuningProgram,
    answers: Tensor,
    y: Tensor) -> Tensor:
    own = torch.gather(answers, 1, y.unsqueeze(1))
    right = torch.eq(own, torch.amax(answers, [1], True))
    return torch.stack([own.sum().neg(), right.sum(dtype=6)])

  # One step by torch.optim.SGD's rule, in place, on the mean of share times the cross-entropy:
  #   gradient of the head += decay head
  #   velocity = momentum velocity + gradient;  parameters -= rate velocity
  # numbers: momentum, rate of the tail, rate of the head, decay.
  # Returns the sums of the answers before the step.
  def forward(self: __torch__.FineTuningProgram,
    x: Tensor,
    y: Tensor,
    share: Tensor,
    parameters: Tensor,
    velocity: Tensor,
    numbers: Tensor,
    shapes: Tensor,
    blocks: Tensor,
    mean: Tensor,
    deviation: Tensor,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    leaf = parameters.detach().requires_grad_(True)
    parts = self.parts(leaf, shapes, int(blocks[0]))
    answers = self.answers(x, parts, blocks, mean, deviation, scale, shift)
    own = torch.gather(answers, 1, y.unsqueeze(1)).squeeze(1)
    loss = torch.mean(own * share).neg()
    gradient = torch.grad([loss], [leaf])[0]
    if gradient is not None:
      headLength = int(blocks[0]) * (mean.size(0) + 1)
      tailLength = parameters.size(0) - headLength
      tail = parameters.narrow(0, 0, tailLength)
      head = parameters.narrow(0, tailLength, headLength)
      gradient.narrow(0, tailLength, headLength).add_(head, alpha=float(numbers[3]))
      velocity.mul_(float(numbers[0])).add_(gradient)
      tail.sub_(velocity.narrow(0, 0, tailLength), alpha=float(numbers[1]))
      head.sub_(velocity.narrow(0, tailLength, headLength), alpha=float(numbers[2]))
    return self.sums(answers.detach(), y)

  # The sums of the answers as they are.
  def score(self: __torch__.FineTuningProgram,
    x: Tensor,
    y: Tensor,
    parameters: Tensor,
    shapes: Tensor,
    blocks: Tensor,
    mean: Tensor,
    deviation: Tensor,
    scale: Tensor,
    shift: Tensor) -> List[float]:
    answers = self.answers(x, self.parts(parameters, shapes, int(blocks[0])), blocks, mean, deviation, scale, shift)
    sums = self.sums(answers, y)
    return [float(sums[0]), float(sums[1])]
