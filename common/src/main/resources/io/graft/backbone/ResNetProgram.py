class ResNetProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # One convolution with its batch norm as one convolution with a bias (float32), in the precision of the forward pass.
  # p: weight [outputs, inputs, h, w], then the norm's weight, bias, running mean, running variance [outputs].
  # On a CPU the weight is laid out for the convolution of one image of side x side once; oneDNN would do it in every pass.
  # pointwise: whether that holds for 1 x 1 kernels too; otherwise they are matrix products.
  def fold(self: __torch__.ResNetProgram,
    p: List[Tensor],
    eps: float,
    dtype: int,
    stride: int,
    side: int,
    pointwise: bool) -> List[Tensor]:
    scale = torch.div(p[1], torch.sqrt(torch.add(p[4], eps)))
    weight = torch.mul(p[0], torch.reshape(scale, [-1, 1, 1, 1]))
    bias = torch.to(torch.sub(p[2], torch.mul(p[3], scale)), dtype)
    weight0 = torch.contiguous(torch.to(weight, dtype), memory_format=2)
    matrix = torch.__and__(torch.eq(torch.size(weight0, 2), 1), torch.__not__(pointwise))
    if torch.__or__(ops.prim.is_cuda(weight0), matrix):
      folded = [weight0, bias]
    else:
      pad = torch.floordiv(torch.size(weight0, 2), 2)
      packed = ops.mkldnn._reorder_convolution_weight(weight0, [pad, pad], [stride, stride], [1, 1], 1, [1, torch.size(weight0, 1), side, side])
      folded = [packed, bias]
    return folded

  # A convolution of weight [outputs, inputs, h, w], on a CPU only of 1 x 1.
  def convolve_plain(self: __torch__.ResNetProgram,
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    stride: int,
    pad: int) -> Tensor:
    if ops.prim.is_cuda(x):
      y = torch.conv2d(x, weight, bias, [stride, stride], [pad, pad])
    else:
      rows = torch.slice(torch.permute(x, [0, 2, 3, 1]), 1, 0, 9223372036854775807, stride)
      pixels = torch.slice(rows, 2, 0, 9223372036854775807, stride)
      matrix = torch.reshape(weight, [torch.size(weight, 0), torch.size(weight, 1)])
      y = torch.permute(torch.linear(pixels, matrix, bias), [0, 3, 1, 2])
    return y

  def convolve(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    k: int,
    stride: int,
    pad: int,
    activation: str) -> Tensor:
    if ops.prim.is_mkldnn(w[k]):
      y = ops.mkldnn._convolution_pointwise(x, w[k], w[torch.add(k, 1)], [pad, pad], [stride, stride], [1, 1], 1, activation, annotate(List[Optional[number]], []), "")
    else:
      y0 = (self).convolve_plain(x, w[k], w[torch.add(k, 1)], stride, pad, )
      if torch.eq(activation, "relu"):
        y = torch.relu_(y0)
      else:
        y = y0
    return y

  # relu(shortcut + convolution), in the shortcut's memory where oneDNN can.
  def join(self: __torch__.ResNetProgram,
    shortcut: Tensor,
    x: Tensor,
    w: List[Tensor],
    k: int,
    pad: int) -> Tensor:
    if ops.prim.is_mkldnn(w[k]):
      y = ops.mkldnn._convolution_pointwise_(shortcut, x, w[k], w[torch.add(k, 1)], [pad, pad], [1, 1], [1, 1], 1, "add", 1., "relu", annotate(List[Optional[number]], []), "")
    else:
      y0 = (self).convolve_plain(x, w[k], w[torch.add(k, 1)], 1, pad, )
      y = torch.relu_(torch.add_(y0, shortcut))
    return y

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
    x2 = torch.to(x1, ops.prim.dtype(w[1]))
    x3 = (self).convolve(x2, w, 0, 2, 3, "relu", )
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
          a = (self).convolve(y0, w, k0, 1, 0, "relu", )
          b = (self).convolve(a, w, torch.add(k0, 2), stride, 1, "relu", )
          last, pad = torch.add(k0, 4), 0
        else:
          b = (self).convolve(y0, w, k0, stride, 1, "relu", )
          last, pad = torch.add(k0, 2), 1
        next = torch.add(last, 2)
        if torch.__and__(first, torch.__or__(later, bottleneck)):
          shortcut = (self).convolve(y0, w, next, stride, 0, "none", )
          k1 = torch.add(next, 2)
        else:
          shortcut, k1 = y0, next
        y0, k0 = (self).join(shortcut, b, w, last, pad, ), k1
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

  # Features as of embed, and of some images the last feature maps [rows, dimension, h, w], float32.
  # rows: which images [rows], int64.
  def embed_with_maps(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    bottleneck: bool,
    scale: Tensor,
    shift: Tensor,
    rows: Tensor) -> List[Tensor]:
    y = (self).maps(x, w, depths, bottleneck, scale, shift, )
    features = torch.to(torch.mean(y, [2, 3]), 6)
    chosen = torch.to(torch.index_select(y, 0, rows), 6)
    return [features, torch.contiguous(chosen)]
