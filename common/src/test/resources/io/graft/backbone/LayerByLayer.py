class LayerByLayer(Module):
  __parameters__ = []
  __buffers__ = []

  # A convolution without bias and its batch norm. p: five parameters from k on.
  def convolve(self: __torch__.LayerByLayer,
    x: Tensor,
    p: List[Tensor],
    k: int,
    stride: int,
    pad: int) -> Tensor:
    y = torch.conv2d(x, p[k], None, [stride, stride], [pad, pad])
    return torch.batch_norm(y, p[torch.add(k, 1)], p[torch.add(k, 2)], p[torch.add(k, 3)], p[torch.add(k, 4)], False, 0.1, 1.0000000000000001e-05, False)

  def resnet(self: __torch__.LayerByLayer,
    x: Tensor,
    p: List[Tensor],
    depths: List[int],
    bottleneck: bool) -> Tensor:
    x0 = torch.relu((self).convolve(x, p, 0, 2, 3, ))
    y = torch.max_pool2d(x0, [3, 3], [2, 2], [1, 1])
    k = 5
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
          a = torch.relu((self).convolve(y0, p, k0, 1, 0, ))
          b = torch.relu((self).convolve(a, p, torch.add(k0, 5), stride, 1, ))
          c = (self).convolve(b, p, torch.add(k0, 10), 1, 0, )
          k1 = torch.add(k0, 15)
        else:
          b = torch.relu((self).convolve(y0, p, k0, stride, 1, ))
          c = (self).convolve(b, p, torch.add(k0, 5), 1, 1, )
          k1 = torch.add(k0, 10)
        if torch.__and__(first, torch.__or__(later, bottleneck)):
          shortcut = (self).convolve(y0, p, k1, stride, 0, )
          k2 = torch.add(k1, 5)
        else:
          shortcut, k2 = y0, k1
        y0, k0 = torch.relu(torch.add(c, shortcut)), k2
      y, k = y0, k0
    return torch.mean(y, [2, 3])

  def vgg(self: __torch__.LayerByLayer,
    x: Tensor,
    p: List[Tensor],
    depths: List[int]) -> Tensor:
    y = x
    k = 0
    for stage in range(torch.len(depths)):
      y0 = y
      k0 = k
      for layer in range(depths[stage]):
        y0, k0 = torch.relu(torch.conv2d(y0, p[k0], p[torch.add(k0, 1)], [1, 1], [1, 1])), torch.add(k0, 2)
      y, k = torch.max_pool2d(y0, [2, 2], [2, 2]), k0
    flat = torch.flatten(y, 1)
    a = torch.relu(torch.addmm(p[torch.add(k, 1)], flat, torch.t(p[k])))
    return torch.relu(torch.addmm(p[torch.add(k, 3)], a, torch.t(p[torch.add(k, 2)])))
