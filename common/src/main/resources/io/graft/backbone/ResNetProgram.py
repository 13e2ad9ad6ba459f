class ResNetProgram(Module):
  __parameters__ = []
  __buffers__ = []

  # One convolution with its batch norm as one convolution: weight [outputs, inputs, h, w] and bias [outputs], float32.
  # p: weight [outputs, inputs, h, w], then the norm's weight, bias, running mean, running variance [outputs].
  def fold(self: __torch__.ResNetProgram,
    p: List[Tensor],
    eps: float) -> List[Tensor]:
    scale = torch.div(p[1], torch.sqrt(torch.add(p[4], eps)))
    weight = torch.mul(p[0], torch.reshape(scale, [-1, 1, 1, 1]))
    bias = torch.sub(p[2], torch.mul(p[3], scale))
    return [weight, bias]

  # A convolution with a bias (float32), in the precision and the layout of the forward pass.
  # On a CPU the weight is laid out for the convolution of one image of side x side once; oneDNN would do it in every pass.
  # pointwise: whether that holds for 1 x 1 kernels too; otherwise they are matrix products.
  def lay_out(self: __torch__.ResNetProgram,
    weight: Tensor,
    bias: Tensor,
    dtype: int,
    stride: int,
    side: int,
    pointwise: bool) -> List[Tensor]:
    bias0 = torch.to(bias, dtype)
    weight0 = torch.contiguous(torch.to(weight, dtype), memory_format=2)
    matrix = torch.__and__(torch.eq(torch.size(weight0, 2), 1), torch.__not__(pointwise))
    if torch.__or__(ops.prim.is_cuda(weight0), matrix):
      laid = [weight0, bias0]
    else:
      pad = torch.floordiv(torch.size(weight0, 2), 2)
      packed = ops.mkldnn._reorder_convolution_weight(weight0, [pad, pad], [stride, stride], [1, 1], 1, [1, torch.size(weight0, 1), side, side])
      laid = [packed, bias0]
    return laid

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

  # What the first block takes, of images x [n, side, side, 3], uint8.
  # w: a weight and a bias for each convolution, laid out, in the order of the forward pass.
  # scale, shift: [3, 1, 1], float32, the normalization of a byte.
  def stem(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    scale: Tensor,
    shift: Tensor) -> Tensor:
    x0 = torch.to(torch.permute(x, [0, 3, 1, 2]), 6)
    x1 = torch.add_(torch.mul_(x0, scale), shift)
    x2 = torch.to(x1, ops.prim.dtype(w[1]))
    x3 = (self).convolve(x2, w, 0, 2, 3, "relu", )
    return torch.max_pool2d(x3, [3, 3], [2, 2], [1, 1])

  # The blocks from number first up to but not number end, counted over all stages, whose weights begin at place k of w.
  # Writes to x.
  def blocks(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    k: int,
    depths: List[int],
    bottleneck: bool,
    first: int,
    end: int) -> Tensor:
    y = x
    place = k
    number = 0
    for stage in range(len(depths)):
      for block in range(depths[stage]):
        if number >= first and number < end:
          stride = 1
          if block == 0 and stage > 0:
            stride = 2
          if bottleneck:
            a = self.convolve(y, w, place, 1, 0, "relu")
            b = self.convolve(a, w, place + 2, stride, 1, "relu")
            last = place + 4
            pad = 0
          else:
            b = self.convolve(y, w, place, stride, 1, "relu")
            last = place + 2
            pad = 1
          next = last + 2
          if block == 0 and (stage > 0 or bottleneck):
            shortcut = self.convolve(y, w, next, stride, 0, "none")
            next = next + 2
          else:
            shortcut = y
          y = self.join(shortcut, b, w, last, pad)
          place = next
        number = number + 1
    return y

  # The last feature maps [n, dimension, h, w] of images x [n, side, side, 3], uint8.
  def maps(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    bottleneck: bool,
    scale: Tensor,
    shift: Tensor) -> Tensor:
    y = self.stem(x, w, scale, shift)
    return self.blocks(y, w, 2, depths, bottleneck, 0, 9223372036854775807)

  # What block number end takes, of images x [n, side, side, 3], uint8.
  def trunk(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor],
    depths: List[int],
    bottleneck: bool,
    scale: Tensor,
    shift: Tensor,
    end: int) -> Tensor:
    y = self.stem(x, w, scale, shift)
    return self.blocks(y, w, 2, depths, bottleneck, 0, end)

  # In float32, row-major.
  def plain(self: __torch__.ResNetProgram,
    x: Tensor) -> Tensor:
    return torch.contiguous(torch.to(x, 6))

  # The same in the precision and the layout of the forward pass of w.
  def laid_out(self: __torch__.ResNetProgram,
    x: Tensor,
    w: List[Tensor]) -> Tensor:
    return torch.contiguous(torch.to(x, ops.prim.dtype(w[1])), memory_format=2)

  # Of the last maps y [n, dimension, h, w]: features [n, dimension] and the maps of some images [rows, dimension, h, w], float32.
  def pooled(self: __torch__.ResNetProgram,
    y: Tensor,
    rows: Tensor) -> List[Tensor]:
    features = torch.to(torch.mean(y, [2, 3]), 6)
    chosen = torch.to(torch.index_select(y, 0, rows), 6)
    return [features, torch.contiguous(chosen)]

  # Of images number from to from + count, given what block number first takes: features and chosen maps as of embed_with_maps.
  # w: of the blocks from that one on, from place k on.  rows: counted from the first of these images.  Writes to trunk.
  def rest(self: __torch__.ResNetProgram,
    trunk: Tensor,
    start: int,
    count: int,
    w: List[Tensor],
    k: int,
    depths: List[int],
    bottleneck: bool,
    first: int,
    rows: Tensor) -> List[Tensor]:
    y = self.blocks(trunk.narrow(0, start, count), w, k, depths, bottleneck, first, 9223372036854775807)
    return self.pooled(y, rows)

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
    return self.pooled(y, rows)
