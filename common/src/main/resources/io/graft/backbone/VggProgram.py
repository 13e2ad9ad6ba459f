class VggProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # A layer's weight and bias (float32) in the precision and the layout of the forward pass.
  # side: of the images that a convolution takes; 0: it is a linear layer.
  # On a CPU a convolution's weight is laid out for one image once; oneDNN would do it in every pass.
  def pack(self: __torch__.VggProgram,
    weight: Tensor,
    bias: Tensor,
    dtype: int,
    side: int) -> List[Tensor]:
    bias0 = torch.to(bias, dtype)
    weight0 = torch.to(weight, dtype)
    if torch.eq(side, 0):
      packed = [weight0, bias0]
    else:
      weight1 = torch.contiguous(weight0, memory_format=2)
      if ops.prim.is_cuda(weight1):
        packed = [weight1, bias0]
      else:
        weight2 = ops.mkldnn._reorder_convolution_weight(weight1, [1, 1], [1, 1], [1, 1], 1, [1, torch.size(weight1, 1), side, side])
        packed = [weight2, bias0]
    return packed

  # relu(convolution) of 3 x 3.
  def convolve(self: __torch__.VggProgram,
    x: Tensor,
    w: List[Tensor],
    k: int) -> Tensor:
    if ops.prim.is_mkldnn(w[k]):
      y = ops.mkldnn._convolution_pointwise(x, w[k], w[torch.add(k, 1)], [1, 1], [1, 1], [1, 1], 1, "relu", annotate(List[Optional[number]], []), "")
    else:
      y = torch.relu_(torch.conv2d(x, w[k], w[torch.add(k, 1)], [1, 1], [1, 1]))
    return y

  # Features [n, 4096], float32, of images x [n, side, side, 3], uint8: what the last linear layer would take.
  # w: a packed weight and a bias for each layer, in the order of the forward pass.
  # depths: convolutions in each stage. scale, shift: [3, 1, 1], float32, the normalization of a byte.
  def embed(self: __torch__.VggProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    scale: Tensor,
    shift: Tensor) -> Tensor:
    x0 = torch.to(torch.permute(x, [0, 3, 1, 2]), 6)
    x1 = torch.add_(torch.mul_(x0, scale), shift)
    y = torch.to(x1, ops.prim.dtype(w[1]))
    k = 0
    for stage in range(torch.len(depths)):
      y0 = y
      k0 = k
      for layer in range(depths[stage]):
        y0, k0 = (self).convolve(y0, w, k0, ), torch.add(k0, 2)
      y, k = torch.max_pool2d(y0, [2, 2], [2, 2]), k0
    pooled = torch.adaptive_avg_pool2d(y, [7, 7])
    flat = torch.reshape(pooled, [torch.size(pooled, 0), -1])
    a = torch.relu_(torch.linear(flat, w[k], w[torch.add(k, 1)]))
    b = torch.relu_(torch.linear(a, w[torch.add(k, 2)], w[torch.add(k, 3)]))
    return torch.to(b, 6)
