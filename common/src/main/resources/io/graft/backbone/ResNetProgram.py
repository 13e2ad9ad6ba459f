class ResNetProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # One convolution with its batch norm as one convolution with a bias (float32), in the precision of the forward pass.
  # p: weight [outputs, inputs, h, w], then the norm's weight, bias, running mean, running variance [outputs].
  def fold(self: __torch__.ResNetProgram,
    p: List[Tensor],
    eps: float,
    dtype: int) -> List[Tensor]:
    scale = torch.div(p[1], torch.sqrt(torch.add(p[4], eps)))
    weight = torch.mul(p[0], torch.reshape(scale, [-1, 1, 1, 1]))
    bias = torch.sub(p[2], torch.mul(p[3], scale))
    weight0 = torch.contiguous(torch.to(weight, dtype), memory_format=2)
    return [weight0, torch.to(bias, dtype)]

  # The last feature maps [n, dimension, h, w] of images x [n, side, side, 3], uint8.
  # w: a weight and a bias for each convolution, folded, in the order of the forward pass.
  # scale, shift: [3, 1, 1], float32, the normalization of a byte.
  def maps(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    bottleneck: bool,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    x0 = torch.to(torch.permute(x, [0, 3, 1, 2]), 6)
    x1 = torch.add_(torch.mul_(x0, scale), shift)
    x2 = torch.to(x1, ops.prim.dtype(w[0]))
    x3 = torch.relu_(torch.conv2d(x2, w[0], w[1], [2, 2], [3, 3]))
    y = torch.max_pool2d(x3, [3, 3], [2, 2], [1, 1])
    k = 2
    for stage in range(torch.len(depths)):
      y0 = y
      k0 = k
      for block in range(depths[stage]):
        first = torch.eq(block, 0)
        later = torch.gt(stage, 0)
        if torch.__and__(first, later):
          stride = 2
        else:
          stride = 1
        if bottleneck:
          a0 = torch.relu_(torch.conv2d(y0, w[k0], w[torch.add(k0, 1)]))
          a1 = torch.relu_(torch.conv2d(a0, w[torch.add(k0, 2)], w[torch.add(k0, 3)], [stride, stride], [1, 1]))
          a2 = torch.conv2d(a1, w[torch.add(k0, 4)], w[torch.add(k0, 5)])
          branch, k1 = a2, torch.add(k0, 6)
        else:
          b0 = torch.relu_(torch.conv2d(y0, w[k0], w[torch.add(k0, 1)], [stride, stride], [1, 1]))
          b1 = torch.conv2d(b0, w[torch.add(k0, 2)], w[torch.add(k0, 3)], [1, 1], [1, 1])
          branch, k1 = b1, torch.add(k0, 4)
        if torch.__and__(first, torch.__or__(later, bottleneck)):
          shortcut0 = torch.conv2d(y0, w[k1], w[torch.add(k1, 1)], [stride, stride])
          shortcut, k2 = shortcut0, torch.add(k1, 2)
        else:
          shortcut, k2 = y0, k1
        y0, k0 = torch.relu_(torch.add_(branch, shortcut)), k2
      y, k = y0, k0
    return y

  # Features [n, dimension], float32: the mean over each of the last feature maps.
  def embed(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    bottleneck: bool,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    y = (self).maps(x, w, depths, bottleneck, scale, shift, )
    return torch.to(torch.mean(y, [2, 3]), 6)
